"""The way into one's own case: its number, its address, and a code that goes there."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from starlette.background import BackgroundTask
from starlette.responses import Response

from hub import HubError, smtp
from hub_web_form.mails import Letter, code_letter, composed, outgoing
from hub_web_form.site.forms import Problem, address_of
from hub_web_form.site.guard import TokenState
from hub_web_form.site.shop import Shop
from hub_web_form.site.visits import Visit
from hub_web_form.texts import say

_CODE_FORM = "code"


@dataclass(frozen=True)
class Entrance:
    """The pages before one's own case."""

    shop: Shop

    def sign_in(self, visit: Visit) -> Response:
        """Ask for the number and the address; whoever is in already goes on."""
        if self.shop.sessions.read(visit.cookie):
            return self.shop.go(visit, "/case/view")
        return self._sign_in(visit, [])

    def send_code(self, visit: Visit) -> Response:
        """Send a code, if there is such a case; the answer is the same if there is none."""
        number, address = visit.filled.line("number").upper(), address_of(visit.filled)
        if not self.shop.settings.sends_mail:
            return self._sign_in(visit, [])
        if not self._is_good(visit, _CODE_FORM):
            return self._sign_in(visit, [Problem("", say("e_expired", visit.language))], 422)
        if not (number and address):
            return self._sign_in(visit, [Problem("number", say("e_number", visit.language))], 422)
        if not self.shop.codes_allowed.allows(visit.address):
            return self._sign_in(visit, [Problem("", say("e_often", visit.language))], 429)
        handle, letter = self._challenge(number, address, visit.language)
        answer = self._code_page(visit, handle, [])
        # After the answer: how long a mail takes would tell whether there is such a case.
        answer.background = BackgroundTask(self._send, letter)
        return answer

    def enter(self, visit: Visit) -> Response:
        """Open the case by its code."""
        handle, code = visit.filled.values.get("handle", ""), visit.filled.line("code")
        wrong = [Problem("code", say("code_wrong", visit.language))]
        if not self.shop.codes_allowed.allows(visit.address):
            return self._code_page(visit, handle, [Problem("", say("e_often", visit.language))], 429)
        ref = self.shop.codes.redeem(handle, code) if self._is_good(visit, _CODE_FORM) else ""
        if not ref:
            return self._code_page(visit, handle, wrong, 422)
        return self.shop.with_session(self.shop.go(visit, "/case/view"), visit, ref)

    def leave(self, visit: Visit) -> Response:
        """Let the browser forget."""
        return self.shop.without_session(self.shop.go(visit, "/case"), visit)

    def _sign_in(self, visit: Visit, found: list[Problem], status: int = 200) -> Response:
        token = self.shop.tokens.new(_CODE_FORM)
        return self.shop.page(visit, "sign_in", status, problems=found, filled=visit.filled, token=token)

    def _code_page(self, visit: Visit, handle: str, found: list[Problem], status: int = 200) -> Response:
        token = self.shop.tokens.new(_CODE_FORM)
        return self.shop.page(visit, "code", status, problems=found, handle=handle, token=token)

    def _is_good(self, visit: Visit, purpose: str) -> bool:
        token = self.shop.tokens.read(visit.filled.values.get("token", ""), purpose)
        return token.state in (TokenState.GOOD, TokenState.YOUNG)

    def _challenge(self, number: str, address: str, language: str) -> tuple[str, Letter | None]:
        """A handle, and the mail with the code where there is such a case of this address."""
        case = self.shop.desk.case_by_number(number)
        entries = self.shop.journal.conversation(case.ref) if case is not None else ()
        his = bool(entries) and entries[0].email.lower() == address.lower() and not entries[0].suspicions
        handle, code = self.shop.codes.begin(entries[0].case if his else "")
        if not code:
            return handle, None
        subject, text = code_letter(self.shop.settings, language, code)
        key = hashlib.sha256(handle.encode()).hexdigest()[:24]
        return handle, Letter(entries[0].email, subject, text, self.shop.now(), f"code.{key}", automatic=True)

    def _send(self, letter: Letter | None) -> None:
        if letter is None:
            return
        settings = self.shop.settings
        try:
            smtp.send(outgoing(settings), settings.address or "", [letter.to], composed(letter, settings))
        except HubError as error:
            self.shop.tools.log.warning("a code could not be sent from the front door", why=str(error))
