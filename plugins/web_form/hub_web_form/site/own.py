"""Self-service: a customer looks at his own case, adds something, sends something back, or says that it is settled."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace

from starlette.responses import Response

from hub import HubError
from hub_web_form.entries import Entry, Kind
from hub_web_form.site.forms import Filled, Problem, details, problems_of_fields, problems_of_text
from hub_web_form.site.guard import Token, TokenState, suspicions
from hub_web_form.site.intake import stored_files, taken_in
from hub_web_form.site.shop import Shop
from hub_web_form.site.talk import conversation, standing, with_what_it_became
from hub_web_form.site.uploads import ENDINGS, SHOWN
from hub_web_form.site.visits import Visit
from hub_web_form.texts import say
from hub_web_form.topics import Field, FieldKind, Topic

_DONE = frozenset({"added", "return", "solved"})


@dataclass(frozen=True)
class Own:
    """The pages of one customer's own case."""

    shop: Shop

    def view(self, visit: Visit) -> Response:
        """The state, the conversation, and what can be done."""
        entries = self._entries(visit)
        if not entries:
            return self.shop.without_session(self.shop.go(visit, "/case"), visit)
        return self._view(visit, entries, Filled({}), [])

    def add(self, visit: Visit) -> Response:
        """Add a message or a photo."""
        entries = self._entries(visit)
        if not entries:
            return self._closed(visit)
        files = Field("photos", FieldKind.FILES, {}, {})
        found = problems_of_text(
            visit.filled, self.shop.settings, visit.language, needed=not visit.filled.uploads
        ) + problems_of_fields([files], visit.filled, self.shop.settings, visit.language)
        token = self._token(visit, entries)
        if trouble := self._trouble(visit, token, found):
            return self._view(visit, entries, visit.filled, *trouble)
        return self._write(
            visit,
            lambda: self._entry(visit, entries[0], token, Kind.ADDED, visit.filled.lines("text")),
            "added",
            lambda problems, status: self._view(visit, entries, visit.filled, problems, status),
        )

    def return_form(self, visit: Visit) -> Response:
        """Ask what is sent back, and why."""
        entries, topic = self._entries(visit), self.shop.returns
        if not entries or topic is None:
            return self._closed(visit)
        return self._return_page(visit, topic, entries, Filled({}), [])

    def register_return(self, visit: Visit) -> Response:
        """Take the return down as a message with its answers."""
        entries, topic = self._entries(visit), self.shop.returns
        if not entries or topic is None:
            return self._closed(visit)
        asked = self._asked(topic, entries)
        found = problems_of_fields(asked.fields, visit.filled, self.shop.settings, visit.language)
        found += problems_of_text(visit.filled, self.shop.settings, visit.language, needed=False)
        token = self._token(visit, entries)
        if trouble := self._trouble(visit, token, found):
            return self._return_page(visit, topic, entries, visit.filled, *trouble)

        def entry() -> Entry:
            text = visit.filled.lines("text") or say("return_title", visit.language)
            made = self._entry(visit, entries[0], token, Kind.RETURN, text)
            own = details(asked, visit.filled, self.shop.settings.language)
            return replace(made, details=details(asked, visit.filled, visit.language), answers=own)

        return self._write(
            visit,
            entry,
            "return",
            lambda problems, status: self._return_page(visit, topic, entries, visit.filled, problems, status),
        )

    def solved(self, visit: Visit) -> Response:
        """The customer says that the matter is settled."""
        entries = self._entries(visit)
        if not entries:
            return self._closed(visit)
        token = self._token(visit, entries)
        if trouble := self._trouble(visit, token, []):
            return self._view(visit, entries, Filled({}), *trouble)
        return self._write(
            visit,
            lambda: self._entry(visit, entries[0], token, Kind.SOLVED, ""),
            "solved",
            lambda problems, status: self._view(visit, entries, Filled({}), problems, status),
        )

    def file(self, visit: Visit) -> Response:
        """A file of the conversation; only pictures are shown, everything else is saved."""
        files = [file for entry in self._shown(self._entries(visit)) for file in entry.files]
        found = next((file for file in files if file.digest == visit.params["digest"]), None)
        content = self.shop.journal.content(found.digest) if found is not None else None
        if found is None or content is None:
            return self.shop.message(visit, "not_found", 404)
        shown = found.media_type in SHOWN
        media_type = found.media_type if found.media_type in ENDINGS else "application/octet-stream"
        disposition = f'{"inline" if shown else "attachment"}; filename="{_ascii(found.name)}"'
        headers = {"content-disposition": disposition, "cache-control": "private, no-store"}
        return Response(content, media_type=media_type, headers=headers)

    def label(self, visit: Visit) -> Response:
        """The return label, once a return was registered."""
        entries = self._entries(visit)
        case = self.shop.desk.case(entries[0].case) if entries else None
        registered = any(entry.kind is Kind.RETURN or entry.type == "return" for entry in entries)
        label = self.shop.desk.return_label(case) if case is not None and registered else None
        if label is None:
            return self.shop.message(visit, "not_found", 404)
        headers = {"content-disposition": f'attachment; filename="{_ascii(label.name)}"', "cache-control": "no-store"}
        return Response(label.read_bytes(), media_type="application/octet-stream", headers=headers)

    def _entries(self, visit: Visit) -> tuple[Entry, ...]:
        ref = self.shop.sessions.read(visit.cookie)
        return self.shop.journal.conversation(ref) if ref else ()

    def _shown(self, entries: tuple[Entry, ...]) -> tuple[Entry, ...]:
        case = self.shop.desk.case(entries[0].case) if entries else None
        if case is None or case.ref == entries[0].case:
            return entries
        return with_what_it_became(entries, self.shop.journal.conversation(case.ref))

    def _closed(self, visit: Visit) -> Response:
        return self.shop.message(visit, "session_over", 403)

    def _purpose(self, entries: tuple[Entry, ...]) -> str:
        return f"case {entries[0].case}"

    def _token(self, visit: Visit, entries: tuple[Entry, ...]) -> Token:
        return self.shop.tokens.read(visit.filled.values.get("token", ""), self._purpose(entries))

    def _trouble(self, visit: Visit, token: Token, found: list[Problem]) -> tuple[list[Problem], int] | None:
        """What keeps something from being taken in, with the answer's status."""
        if token.state in (TokenState.FORGED, TokenState.OLD):
            return [Problem("", say("e_expired", visit.language))], 422
        if found:
            return found, 422
        if not self.shop.messages_allowed.allows(visit.address):
            return [Problem("", say("e_often", visit.language))], 429
        return None

    def _entry(self, visit: Visit, opened: Entry, token: Token, kind: Kind, text: str) -> Entry:
        files = stored_files(self.shop, visit.filled.uploads)
        answered = sorted((name, value) for name, value in visit.filled.values.items() if name != "token")
        told = repr((kind, answered, [file.digest for file in files])).encode("utf-8", "replace")
        return Entry(
            id=f"m{hashlib.sha256(told).hexdigest()[:16]}{token.nonce}",
            case=opened.case,
            kind=kind,
            at=self.shop.now(),
            opened_at=opened.opened_at,
            language=visit.language,
            name=opened.name,
            email=opened.email,
            text=text,
            files=files,
            suspicions=suspicions(
                replace(token, state=TokenState.GOOD), visit.filled.values.get("website", ""), text, repeated=False
            ),
        )

    def _write(
        self,
        visit: Visit,
        make: Callable[[], Entry],
        done: str,
        failed: Callable[[list[Problem], int], Response],
    ) -> Response:
        """Write an entry for good, and only then say so."""
        try:
            self.shop.journal.append(make())
        except HubError as error:
            self.shop.not_written(error)
            return failed([Problem("", say("e_disk", visit.language))], 503)
        taken_in(self.shop)
        return self.shop.go(visit, "/case/view", done=done)

    def _asked(self, topic: Topic, entries: tuple[Entry, ...]) -> Topic:
        """The topic without what is known: a case that names its order is not asked for it again."""
        fields = tuple(field for field in topic.fields if not (field.is_order and entries[0].order))
        return replace(topic, fields=fields)

    def _return_page(
        self,
        visit: Visit,
        topic: Topic,
        entries: tuple[Entry, ...],
        filled: Filled,
        found: list[Problem],
        status: int = 200,
    ) -> Response:
        token = self.shop.tokens.new(self._purpose(entries))
        return self.shop.page(
            visit,
            "return",
            status,
            topic=self._asked(topic, entries),
            filled=filled,
            problems=found,
            token=token,
            lost=len(filled.uploads),
        )

    def _view(
        self, visit: Visit, entries: tuple[Entry, ...], filled: Filled, found: list[Problem], status: int = 200
    ) -> Response:
        desk = self.shop.desk
        case = desk.case(entries[0].case)
        due = desk.promised(case) if case is not None else None
        registered = any(entry.kind is Kind.RETURN or entry.type == "return" for entry in entries)
        label = registered and case is not None and desk.return_label(case) is not None
        done = visit.query.get("done", "")
        return self.shop.page(
            visit,
            "case",
            status,
            case=case,
            standing=standing(case, due, self.shop.now()),
            due=due,
            said=conversation(self._shown(entries)),
            filled=filled,
            problems=found,
            token=self.shop.tokens.new(self._purpose(entries)),
            done=done if done in _DONE else "",
            registered=registered,
            instructions=self.shop.instructions(visit.language),
            label=label,
            returns=self.shop.returns is not None,
            shown_types=SHOWN,
            lost=len(filled.uploads),
        )


def _ascii(name: str) -> str:
    """A name as a header may carry it."""
    return "".join(sign if sign.isascii() and sign.isprintable() and sign not in '"\\' else "_" for sign in name)
