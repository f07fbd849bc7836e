"""Promises 1 and 2: settings, secrets and the check."""

from __future__ import annotations

import base64
import json
import traceback
from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import SecretStr, ValidationError

from hub.adapter import Proof
from hub.errors import AdapterError, HubError
from hub.testing.contract.support import cases_on, goes_wrong
from hub.testing.desk import Desk
from hub.testing.platform import Fault, Platform

_BROKEN = (Fault.WRONG_CREDENTIALS, Fault.UNREACHABLE, Fault.TROUBLE, Fault.GARBLED, Fault.TRUNCATED)


class SettingsPromises:
    """What an adapter promises of its settings."""

    def test_promise_01_the_settings_that_reach_the_platform_are_accepted(self, platform: Platform) -> None:
        """They are those that `casehub simulate` prints, so they have to be right."""
        fields = set(platform.adapter.Settings.model_fields)

        assert isinstance(Desk(platform).settings, platform.adapter.Settings)
        assert {*platform.settings(), *platform.secrets()} <= fields, "the simulator names a setting that is none"

    def test_promise_01_a_wrong_setting_is_named_by_its_key(self, platform: Platform) -> None:
        """For each key, a value that no model takes."""
        for key in {*platform.settings(), *platform.secrets()}:
            wrong: dict[str, Any] = {key: object()}
            with pytest.raises(ValidationError) as refused:
                Desk(platform, **wrong).settings  # noqa: B018  it is made here
            assert {detail["loc"][:1] for detail in refused.value.errors()} == {(key,)}

    def test_promise_01_a_secret_is_a_secret_and_shows_in_no_repr(self, platform: Platform) -> None:
        """A SecretStr hides itself; a plain text would be shown by `casehub plugins` and in tracebacks."""
        desk = Desk(platform)

        for name, secret in platform.secrets().items():
            assert len(secret) >= 8, f"the pretended secret {name} is too short to be looked for"
            assert isinstance(getattr(desk.settings, name), SecretStr), f"{name} is no SecretStr"
        with desk.connect() as connection:
            shown = f"{desk.settings!r} {desk.settings} {connection!r}"
        assert _leaks(platform, shown) == []

    def test_promise_01_no_secret_is_in_an_error_a_log_or_a_traceback(self, platform: Platform) -> None:
        """Whatever goes wrong, while it is checked and while it is read."""
        cases_on(platform, 2)
        desk = Desk(platform)
        told: list[str] = []
        for fault in _BROKEN:
            if goes_wrong(platform, fault, None):
                told += [*_errors_of_a_check(desk), *_errors_of_a_reading(desk)]
                platform.mend()
        desk.read()

        told += [json.dumps(desk.inbox.checkpoint), *desk.inbox.notices, *map(repr, desk.inbox.items)]
        assert _leaks(platform, *told, *map(str, desk.lent.log)) == []

    def test_promise_02_a_check_finds_that_all_is_well(self, platform: Platform) -> None:
        """Each thing that the channel needs is proved, and is proved to be fine."""
        proofs = Desk(platform).check()

        assert proofs, "a check that proves nothing is none"
        assert [proof for proof in proofs if not proof.ok] == []

    def test_promise_02_a_check_tells_wrong_credentials_from_no_answer(self, platform: Platform) -> None:
        """Each is said in its own words, with what to do about it."""
        said = []
        for fault in (Fault.WRONG_CREDENTIALS, Fault.UNREACHABLE):
            goes_wrong(platform, fault, None)
            failed = [proof for proof in Desk(platform).check() if not proof.ok]
            platform.mend()
            assert failed, f"a check finds nothing wrong although {fault.name}"
            assert all(proof.advice for proof in failed), "a failed proof says what to do"
            said.append([(proof.detail, proof.advice) for proof in failed])

        assert said[0] != said[1], "wrong credentials and no answer are told in the same words"

    def test_promise_02_a_check_changes_nothing(self, platform: Platform) -> None:
        """It is run at any time, by anybody."""
        cases_on(platform, 2)
        before = platform.state

        Desk(platform).check()

        assert platform.state == before


def _errors_of_a_check(desk: Desk) -> Iterator[str]:
    try:
        yield from map(_shown, desk.check())
    except HubError as error:
        yield "".join(traceback.format_exception(error))


def _shown(proof: Proof) -> str:
    return f"{proof.what} {proof.detail} {proof.advice}"


def _errors_of_a_reading(desk: Desk) -> Iterator[str]:
    with pytest.raises(AdapterError) as caught:
        desk.read()
    yield "".join(traceback.format_exception(caught.value))


def _leaks(platform: Platform, *texts: str) -> list[str]:
    """The names of the secrets that stand in one of the texts, as they are or as HTTP writes them."""
    secrets = platform.secrets()
    others = ["", *map(str, platform.settings().values()), *secrets.values()]
    return [
        name
        for name, secret in secrets.items()
        if any(form in text for form in _forms(secret, others) for text in texts)
    ]


def _forms(secret: str, others: list[str]) -> set[str]:
    paired = [f"{other}:{secret}" for other in others]
    return {secret, *(base64.b64encode(text.encode()).decode().rstrip("=") for text in (secret, *paired))}
