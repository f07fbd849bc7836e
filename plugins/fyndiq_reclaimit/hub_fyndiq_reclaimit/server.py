"""The requests of the errand contract, one method each; what they say is read in errand.py and wire.py."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from hub import Attachment, Figure, Misunderstood, Rejected, Unavailable, Uncertain
from hub.http import ApiClient, Response, Upload
from hub_fyndiq_reclaimit.errand import Errand, ThreadMessage, read_errand, read_errands, read_messages
from hub_fyndiq_reclaimit.payload import an_object, identity, texts, word
from hub_fyndiq_reclaimit.wire import figure, words_of_refusal

_LARGEST_PAGE = 1000
_NOBODYS = frozenset({403, 404})
_OR_NOBODYS = frozenset({200}) | _NOBODYS
_WRITTEN = frozenset({200, 201, 202, 204}) | _NOBODYS


class ErrandServer:
    """Speaks the errand contract through a client."""

    def __init__(self, client: ApiClient, page_size: int, marketplaces: Iterable[str]) -> None:
        self._client, self._page_size = client, page_size
        wanted = tuple(marketplaces)
        self._of = {"marketplace": wanted[0]} if len(wanted) == 1 else {}

    def merchant(self) -> tuple[str, tuple[str, ...]]:
        """Who we are there, and on which marketplaces."""
        fields = an_object(self._client.read("/merchant").json(), "the account")
        return word(fields, "id"), texts(fields, "marketplaces")

    def has_any(self) -> bool:
        """Whether it lists any errand at all."""
        return bool(read_errands(self._client.read("/errands", {**self._of, "limit": 1, "page": 1}).json()))

    def pages(self, since: datetime | None, state: str = "") -> Iterator[list[Errand]]:
        """Errands by their last change, oldest change first, without those that a page repeats of the last one.

        An errand that changes while we page goes to the end of the list and all behind it move up by one, so that a
        page number would pass one over. Each page is therefore asked for by the change with which the last one ended;
        page numbers count only among errands that changed at the very same instant.
        """
        filters = {**self._of, **({"state": state} if state else {})}
        told: set[str] = set()
        limit, page = self._page_size, 1
        while True:
            from_then = {} if since is None else {"updated_since": _written(since)}
            answer = self._client.read("/errands", {**filters, **from_then, "limit": limit, "page": page})
            errands = read_errands(answer.json())
            if new := [errand for errand in errands if _mark(errand) not in told]:
                yield new
            if len(errands) < limit:
                return
            if page > 1 and not new:
                raise Misunderstood("the platform gives the same page of errands again and again")
            told = {_mark(errand) for errand in errands} | (told if page > 1 else set())
            newest = max(errand.updated_at for errand in errands)
            if since is None or newest > since:
                since, limit, page = newest, self._page_size, 1
            elif limit < _LARGEST_PAGE:
                limit = _LARGEST_PAGE
            else:
                page += 1

    def errand(self, errand_id: str) -> Errand | None:
        """One errand; None if there is none or it is not ours, which the platform does not tell apart."""
        answer = self._client.read(f"/errands/{quote(errand_id, safe='')}", expected=_OR_NOBODYS)
        return None if answer.status in _NOBODYS else read_errand(answer.json())

    def thread(self, errand_id: str) -> list[ThreadMessage] | None:
        """All messages of an errand, oldest first; None if there is no such errand."""
        found: dict[str, ThreadMessage] = {}
        page = 1
        while True:
            params = {"limit": self._page_size, "page": page}
            path = f"/errands/{quote(errand_id, safe='')}/messages"
            answer = self._client.read(path, params, expected=_OR_NOBODYS)
            if answer.status in _NOBODYS:
                return None
            messages, known = read_messages(answer.json(), errand_id), len(found)
            found |= {message.id: message for message in messages}
            if len(messages) < self._page_size:
                return list(found.values())
            if len(found) == known:
                raise Misunderstood(f"the platform gives the same page of errand {errand_id} again and again")
            page += 1

    def file(self, file_id: str) -> bytes | None:
        """The content of an attachment; None if there is none."""
        answer = self._client.read(f"/attachments/{quote(file_id, safe='')}", expected=_OR_NOBODYS)
        return None if answer.status in _NOBODYS else answer.body

    def satisfaction(self, month: str) -> Figure | None:
        """The thumbs of a month; None where the account is told none."""
        answer = self._client.read("/satisfaction", {"month": month}, expected=_OR_NOBODYS)
        return None if answer.status in _NOBODYS else figure(answer.json())

    def upload(self, files: Iterable[tuple[Attachment, bytes]]) -> list[str]:
        """Store files for a message or a decision; their ids. A file alone reaches nobody, so it may be sent again."""
        return [self._uploaded(file, content) for file, content in files]

    def write(self, errand_id: str, body: Mapping[str, Any]) -> str:
        """Write to the customer; the message's id."""
        answer = self._change("POST", f"/errands/{quote(errand_id, safe='')}/messages", body)
        try:
            return identity(an_object(answer.json(), "the answer"), "the message")
        except Misunderstood as error:
            raise Uncertain(f"the message was taken with an answer that is not understood: {error}") from error

    def decide(self, errand_id: str, body: Mapping[str, Any]) -> None:
        """Set the status of an errand."""
        self._change("PUT", f"/errands/{quote(errand_id, safe='')}/status", body)

    def _uploaded(self, file: Attachment, content: bytes) -> str:
        sent = Upload("file", file.name, file.media_type, content)
        try:
            answer = self._client.write("POST", "/attachments", uploads=[sent], expected=_WRITTEN)
            self._require_taken(answer)
            return identity(an_object(answer.json(), "the answer"), "the attachment")
        except (Uncertain, Misunderstood) as error:
            raise Unavailable(
                f"the attachment {file.name} could not be stored, and nothing was sent: {error}"
            ) from error

    def _change(self, method: str, path: str, body: Mapping[str, Any]) -> Response:
        answer = self._client.write(method, path, json=body, expected=_WRITTEN)
        self._require_taken(answer)
        return answer

    def _require_taken(self, answer: Response) -> None:
        """A 403 is an act that is not possible, or the account that may do nothing: the account itself tells which."""
        if answer.status in _NOBODYS:
            self.merchant()
            raise Rejected(f"it was refused: {refusal(answer) or f'HTTP {answer.status}'}")


def refusal(answer: Response) -> str:
    """The platform's own words for a refusal, if it has any."""
    try:
        return words_of_refusal(answer.json())
    except Misunderstood:
        return ""


def _mark(errand: Errand) -> str:
    return f"{errand.id} {errand.updated_at.isoformat()}"


def _written(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%f}Z"
