"""Acts that move money or cannot be undone are shown once more, with what they cost, before they are done."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Callable, Sequence
from functools import wraps
from typing import TYPE_CHECKING

from starlette.responses import Response

from hub.acting import queue_act
from hub.core.acting import Wish, draft, needs_a_yes
from hub.core.cost import cost_of
from hub.core.plain_text import one_line
from hub.core.platform_acts import in_words
from hub.core.text_rules import Finding, Weight, stands_against
from hub.on_platform import Platform
from hub.web.case_view import view_of
from hub.web.routing import View
from hub.web.site import Here, case_address
from hub.web.uploads import sealed

if TYPE_CHECKING:
    from hub.core.model import Case
    from hub.core.outbox import Reply
    from hub.runs.reach import Reach

_CARRIED_OTHERWISE = ("csrf", "confirmed", "accept", "kept_files")


class AskFirst(Exception):
    """A person has to look at this once more: at what it does and costs, or at what a guess has against its text."""

    def __init__(self, wish: Wish, given: Wish, seal: str, doubts: Sequence[Finding] = ()) -> None:
        super().__init__(wish.offer.title)
        self.wish, self.given, self.seal, self.doubts = wish, given, seal, tuple(doubts)


def asking(view: View) -> View:
    """Answer a view that wants a person to look once more with that question; nothing was done yet."""

    @wraps(view)
    def asked(here: Here) -> Response:
        try:
            return view(here)
        except AskFirst as first:
            return _question(here, first)

    return asked


def put(here: Here, client_key: str = "") -> Callable[[Reach, Case, Wish], Reply]:
    """How an act goes into the outbox from a page."""

    def queued(reach: Reach, case: Case, wish: Wish) -> Reply:
        accepted = frozenset(here.all_said("accept"))
        _ask_about_doubts(here, reach, case, wish, accepted)

        def confirm(whole: Wish, given: Wish) -> bool:
            seal = seal_of(case, whole)
            if hmac.compare_digest(here.said("confirmed").encode(), seal.encode()):
                return True
            if needs_a_yes(whole.offer):
                raise AskFirst(whole, given, seal)
            return False

        return queue_act(here.hub, reach, case, wish, here.desk, confirm, accepted=accepted, client_key=client_key)

    return queued


def platform_of(here: Here) -> Platform:
    """Where a person at a page acts on cases."""
    return Platform(here.hub, here.desk, put(here))


def seal_of(case: Case, wish: Wish) -> str:
    """What a yes is given to: this act with this text at this cost, and no other."""
    said = json.dumps([case.number, in_words(wish.act), wish.text, wish.reason, str(cost_of(case, wish)), wish.after])
    return hashlib.sha256(said.encode()).hexdigest()


def _ask_about_doubts(here: Here, reach: Reach, case: Case, wish: Wish, accepted: frozenset[str]) -> None:
    """Let a person accept what a guess has against the text; what is surely refused is refused later."""
    found = reach.findings(draft(case, wish, "", here.person.name, here.now), case)
    against = stands_against(found, accepted)
    if against and all(finding.weight is Weight.DOUBTED for finding in against):
        raise AskFirst(wish, wish, "", against)


def _question(here: Here, first: AskFirst) -> Response:
    view = view_of(here)
    fields = [(name, value) for name, value in here.form.multi_items() if isinstance(value, str)]
    return here.page(
        "case_question_piece.html" if here.is_partial else "case_question.html",
        view=view,
        case=view.case,
        first=first,
        one_line=one_line,
        words=in_words(first.wish.act),
        cost=cost_of(view.case, first.wish),
        action=here.request.url.path,
        back=case_address(view.case.number),
        fields=[(name, value) for name, value in fields if name not in _CARRIED_OTHERWISE],
        accepted=here.all_said("accept"),
        kept=sealed(first.given.evidence),
    )
