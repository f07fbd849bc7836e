"""The contact page: a topic, its answered questions, a form, and the confirmation."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import timedelta
from hmac import compare_digest
from pathlib import Path

from starlette.background import BackgroundTask
from starlette.responses import Response

from hub import HubError
from hub_web_form.entries import Entry, Kind, is_safe
from hub_web_form.site.forms import (
    Filled,
    Problem,
    address_of,
    details,
    problems_of_a_stranger,
    problems_of_fields,
    problems_of_text,
)
from hub_web_form.site.guard import Token, TokenState, suspicions
from hub_web_form.site.intake import stored_files, taken_in
from hub_web_form.site.shop import Shop
from hub_web_form.site.visits import Visit
from hub_web_form.texts import in_language, say
from hub_web_form.topics import FieldKind, Topic

_THANKS_LAST = timedelta(hours=1)
_LONGEST_SUBJECT = 80


@dataclass(frozen=True)
class Contact:
    """The pages that anybody may open."""

    shop: Shop

    def topics(self, visit: Visit) -> Response:
        """What it is about: a link for each topic."""
        return self.shop.page(visit, "topics", topics=self.shop.topics)

    def form(self, visit: Visit) -> Response:
        """The questions of a topic, answered, and the form below them."""
        topic = self.shop.topic(visit.params["topic"])
        if topic is None:
            return self.shop.message(visit, "not_found", 404)
        return self._form(visit, topic, Filled({}), [])

    def submit(self, visit: Visit) -> Response:
        """Take a message in: written for good before its writer is told so."""
        topic = self.shop.topic(visit.params["topic"])
        if topic is None:
            return self.shop.message(visit, "not_found", 404)
        filled, language = visit.filled, visit.language
        token = self.shop.tokens.read(filled.values.get("token", ""), f"topic {topic.id}")
        if token.state in (TokenState.FORGED, TokenState.OLD):
            return self._form(visit, topic, filled, [Problem("", say("e_expired", language))], 422)
        if found := self._problems(topic, filled, language):
            return self._form(visit, topic, filled, found, 422)
        if not self.shop.messages_allowed.allows(visit.address):
            return self._form(visit, topic, filled, [Problem("", say("e_often", language))], 429)
        try:
            entry = self._entry(visit, topic, token)
            self.shop.journal.append(entry)
        except HubError as error:
            self.shop.not_written(error)
            return self._form(visit, topic, filled, [Problem("", say("e_disk", language))], 503)
        taken_in(self.shop)
        answer = self.shop.go(visit, "/thanks", m=self._thanks_token(entry.case))
        if self.shop.desk.confirms:
            answer.background = BackgroundTask(self.shop.desk.send_out)
        return self.shop.with_session(answer, visit, entry.case)

    def thanks(self, visit: Visit) -> Response:
        """The case's number, and by when an answer comes."""
        ref = self._thanked(visit.query.get("m", ""))
        if not ref:
            return self.shop.message(visit, "not_found", 404)
        case = self.shop.desk.case(ref)
        due = self.shop.desk.promised(case) if case is not None else None
        mails = self.shop.settings.sends_mail and self.shop.desk.confirms
        confirmed = case is not None and mails and self.shop.desk.is_confirmed(case)
        ahead = due if due is not None and due > self.shop.now() else None
        opens = self.shop.sessions.read(visit.cookie) == ref
        return self.shop.page(visit, "thanks", case=case, due=ahead, confirmed=confirmed, opens=opens)

    def style(self, visit: Visit) -> Response:
        """The one style sheet."""
        del visit
        text = (Path(__file__).parent / "static" / "front.css").read_bytes()
        return Response(text, media_type="text/css", headers={"cache-control": "public, max-age=3600"})

    def _problems(self, topic: Topic, filled: Filled, language: str) -> list[Problem]:
        settings = self.shop.settings
        told = bool(filled.uploads) or any(
            filled.line(field.id) for field in topic.fields if field.kind is not FieldKind.FILES and not field.is_order
        )
        return [
            *problems_of_a_stranger(filled, language),
            *problems_of_fields(topic.fields, filled, settings, language),
            *problems_of_text(filled, settings, language, needed=not told),
        ]

    def _form(self, visit: Visit, topic: Topic, filled: Filled, found: list[Problem], status: int = 200) -> Response:
        token = self._kept_token(filled, topic) or self.shop.tokens.new(f"topic {topic.id}")
        return self.shop.page(
            visit, "topic", status, topic=topic, filled=filled, problems=found, token=token, lost=len(filled.uploads)
        )

    def _kept_token(self, filled: Filled, topic: Topic) -> str:
        """The form's own token while it holds: whoever sends the same again after a fault is met only once."""
        token = filled.values.get("token", "")
        good = (TokenState.GOOD, TokenState.YOUNG)
        return token if self.shop.tokens.read(token, f"topic {topic.id}").state in good else ""

    def _entry(self, visit: Visit, topic: Topic, token: Token) -> Entry:
        filled, language, now = visit.filled, visit.language, self.shop.now()
        own = self.shop.settings.language
        text, case = filled.lines("text"), f"w{token.nonce}"
        answers = details(topic, filled, language)
        files = stored_files(self.shop, filled.uploads)
        digest = hashlib.sha256(repr((text, answers, [file.digest for file in files])).encode("utf-8", "replace"))
        told = self.shop.journal.conversation(case)
        repeated = not told and self.shop.repeats.is_repeated(text)
        return Entry(
            id=f"m{digest.hexdigest()[:16]}{token.nonce}",
            case=case,
            kind=Kind.ADDED if told else Kind.OPENED,
            at=now,
            opened_at=told[0].opened_at if told else now,
            topic=topic.id,
            type=topic.type,
            language=language,
            name=filled.line("name"),
            email=address_of(filled),
            order=next((filled.line(field.id) for field in topic.fields if field.is_order), ""),
            subject=_subject(in_language(topic.title, language), text),
            title=_subject(in_language(topic.title, own), text),
            text=text,
            details=answers,
            answers=details(topic, filled, own),
            files=files,
            suspicions=suspicions(token, filled.values.get("website", ""), text, repeated=repeated),
        )

    def _thanks_token(self, ref: str) -> str:
        until = int((self.shop.now() + _THANKS_LAST).timestamp())
        return f"{ref}.{until}.{self.shop.tools.sign(f'thanks {ref} {until}')}"

    def _thanked(self, token: str) -> str:
        """The conversation that a link to the confirmation is for, empty where it does not hold (any more)."""
        ref, _, rest = token.partition(".")
        until, _, _ = rest.partition(".")
        if not (is_safe(ref) and until.isascii() and until.isdigit() and len(until) < 12):
            return ""

        good = f"{ref}.{until}.{self.shop.tools.sign(f'thanks {ref} {until}')}"
        if not compare_digest(token.encode("utf-8", "replace"), good.encode()):
            return ""
        return ref if self.shop.now().timestamp() < int(until) else ""


def _subject(title: str, text: str) -> str:
    """The topic, and how the message begins."""
    words = " ".join(text.split())
    rest = words if len(words) <= _LONGEST_SUBJECT else words[: _LONGEST_SUBJECT - 1].rstrip() + "…"
    return f"{title} · {rest}" if rest else title
