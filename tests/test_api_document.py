"""The OpenAPI document says what the API does: schemathesis asks for everything in it, rightly and wrongly."""

from __future__ import annotations

import json
import os
import re
import shlex
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import Case, GenerationMode, openapi
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from docs import make_openapi
from hub.core.model import Attachment
from hub.core.people import Permission, Role
from hub.web.api.app import ROUTES
from hub.web.api.document import document_of
from hub.web.api.pace import Pace
from hub.web.api.problems import KINDS, Kind
from hub.web.app import rules_of
from tests.api_world import ADDRESS, ApiWorld, Program, api_world
from tests.deciding_desk import AnyClock

DOCS = Path(__file__).parent.parent / "docs"
TEXT = (DOCS / "api.md").read_text(encoding="utf-8")
OPERATIONS = sorted((route.path_format, method) for route in ROUTES for method in route.methods or ())
SEED = int(os.environ.get("CASEHUB_API_SEED", "20261122"))
EXAMPLES = int(os.environ.get("CASEHUB_API_EXAMPLES", "6"))
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]


def closed(schema: Any) -> Any:
    """The same schema, in which nothing may stand that it does not name."""
    if isinstance(schema, list):
        return [closed(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    told = {name: closed(value) for name, value in schema.items() if name != "security"}
    if "properties" in schema and schema.get("title") != "Problem":
        told.setdefault("additionalProperties", False)
    return told


@pytest.fixture
def world(
    tmp_path: Path, clock: AnyClock, monkeypatch: pytest.MonkeyPatch, install_plugin: Callable[..., None]
) -> Iterator[ApiWorld]:
    with api_world(tmp_path, clock, monkeypatch, install_plugin) as made:
        picture = Attachment("box.png", "image/png", 4, made.web.hub.store.keep(b"\x89PNG"))
        made.desktop.opens(messages=(made.desktop.letter("s1-m1", hours=1, attachments=(picture,)),))
        made.desktop.opens("portal", "p1")
        next(
            route.app for route in made.web.app.routes if getattr(route, "path", "") == ADDRESS
        ).state.served.pace = Pace(1e9, 1e9)
        yield made


@pytest.fixture
def program(world: ApiWorld) -> Program:
    return world.program("lea", Role.ADMIN)


@pytest.mark.parametrize("mode", GenerationMode)
def test_every_answer_to_anything_is_one_that_the_document_tells(program: Program, mode: GenerationMode) -> None:
    schema = openapi.from_dict(closed(document_of(ROUTES)))
    there = things(program)
    met = Counter[tuple[str, str, int]]()

    for path, method in OPERATIONS:
        for status in asked(program, schema[path][method], mode, there):
            met[path, method, status] += 1

    done = {(path, method) for path, method, status in met if status < 300}
    assert len(done) > (len(OPERATIONS) // 3 if mode is GenerationMode.POSITIVE else 5), sorted(done)


def things(program: Program) -> dict[str, str]:
    """What the addresses of operations may name."""
    reply = program.post("/cases/CH-1001/replies", {"text": "Hej.", "after": "s1-m1"})["reply"]
    task = program.post("/cases/CH-1002/replies", {"text": "Hej.", "after": "p1-m1"})["task"]
    digest = program.get("/cases/CH-1001/attachments")["attachments"][0]["digest"]
    case = {"number": "CH-1001", "digest": digest, "name": "return", "clock": "first_response"}
    return {**case, "key": reply["key"], "task": task["key"]}


def asked(program: Program, operation: Any, mode: GenerationMode, there: Mapping[str, str]) -> list[int]:
    """The statuses of the answers to some questions, each of which the document tells of."""
    wrong = mode is GenerationMode.NEGATIVE
    statuses: list[int] = []

    @seed(SEED)
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def ask(case: Case[Any]) -> None:
        as_it_is = len(statuses) % 3 == 2
        if not as_it_is:
            known(case, there)
        answer = send(program, case)
        statuses.append(answer.status_code)
        case.validate_response(answer, checks=[*CHECKS, *([negative_data_rejection] if wrong and as_it_is else [])])

    try:
        ask()
    except Unsatisfiable:
        assert wrong  # nothing can be asked wrongly where nothing is sent
    except Exception as error:
        error.add_note(f"{operation.label}, CASEHUB_API_SEED={SEED}")
        raise
    return statuses


def known(case: Case[Any], there: Mapping[str, str]) -> None:
    """Let a question be about something that there is."""
    case.path_parameters.update({name: there[name] for name in case.path_parameters if name in there})


def send(program: Program, case: Case[Any]) -> Any:
    sent = case.as_transport_kwargs(base_url=f"http://127.0.0.1{ADDRESS}")
    headers = {name: value for name, value in sent["headers"].items() if name.casefold() != "authorization"}
    headers["authorization"] = f"Bearer {program.token}"
    body = {name: sent[name] for name in ("params", "json", "files") if sent.get(name) is not None}
    if sent.get("data") is not None:
        body["content"] = sent["data"]
    return program.client.request(sent["method"], sent["url"], headers=headers, **body)


def test_the_document_that_is_kept_is_the_one_that_is_served(program: Program) -> None:
    kept = json.loads((DOCS / "openapi.json").read_text(encoding="utf-8"))

    assert kept == document_of(ROUTES), "run `python docs/make_openapi.py`"
    assert kept == program.get("/openapi.json")
    assert kept["openapi"].startswith("3.1")


def test_every_operation_has_words_an_example_of_its_body_and_the_problems_it_may_answer_with() -> None:
    document = document_of(ROUTES)
    operations = [one for path in document["paths"].values() for one in path.values()]

    assert len({one["operationId"] for one in operations}) == len(operations)
    for one in operations:
        assert one["summary"], one
        assert one["tags"], one
        assert one["x-permission"] in {permission.value for permission in Permission}
        assert {"401", "403", "429", "500", "503"} <= one["responses"].keys(), one["operationId"]
        assert not [status for status, answer in one["responses"].items() if not answer.keys() & {"content", "$ref"}]


def test_every_kind_of_problem_is_explained_where_its_type_points_to() -> None:
    explained = dict(re.findall(r'^<a id="problem-([a-z-]+)"></a>`([0-9]{3})', TEXT, re.MULTILINE))

    assert explained == {kind.value: str(KINDS[kind][0]) for kind in Kind}


def test_every_operation_is_named_in_the_document_for_people() -> None:
    assert make_openapi.text(TEXT) == TEXT, "run `python docs/make_openapi.py`"
    assert [f"{method} {path}" for path, method in OPERATIONS if f"`{method} {path}`" not in TEXT] == []


def test_the_requests_of_the_document_are_answered_as_it_says(program: Program) -> None:
    script = TEXT.partition("```sh\n")[2].partition("```")[0].replace("\\\n", "")
    asked = [shlex.split(line.replace("$HUB", ""))[1:] for line in script.splitlines() if line.startswith("curl")]

    assert len(asked) == 9
    for *options, path in asked:
        headers = dict(value.split(": ", 1) for flag, value in pairwise(options) if flag == "-H")
        headers["Authorization"] = headers["Authorization"].replace("$TOKEN", program.token)
        body = next((value for flag, value in pairwise(options) if flag == "-d"), None)
        answer = program.client.request(
            "GET" if body is None else "POST", ADDRESS + path, content=body, headers=headers
        )
        assert answer.status_code in (200, 201), answer.text


def test_no_operation_answers_whoever_is_not_known(world: ApiWorld) -> None:
    rules = [(method, path) for method, path, _ in rules_of(world.web.app) if path.startswith(ADDRESS)]
    answers = {(method, path): world.stranger().client.request(method, path) for method, path in rules}

    assert len(rules) == len(OPERATIONS)
    assert {answer.status_code for answer in answers.values()} == {401}
    assert {answer.headers["content-type"] for answer in answers.values()} == {"application/problem+json"}


def test_a_token_that_may_see_does_nothing_else(world: ApiWorld) -> None:
    reader = world.program("kim", Role.ADMIN, Permission.SEE)
    for method, path, rule in rules_of(world.web.app):
        if path.startswith(ADDRESS) and rule is not Permission.SEE:
            assert reader.refused(method, path.removeprefix(ADDRESS), {})[:2] == (403, "forbidden"), path
