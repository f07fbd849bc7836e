"""One open front door: its settings, its record, and what its pages share."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import HTMLResponse, RedirectResponse, Response

from hub import CaseType, Tools
from hub.core.acknowledgement_text import day_written_out, written_out
from hub_web_form.journal import Journal
from hub_web_form.settings import WebFormSettings
from hub_web_form.site.guard import RateLimit, Repeats, Tokens
from hub_web_form.site.sessions import COOKIE, LASTS, LASTS_WITHOUT_MAIL, Codes, Sessions
from hub_web_form.site.uploads import ACCEPT
from hub_web_form.site.visits import Visit
from hub_web_form.texts import NAMES, in_language, say
from hub_web_form.topics import Topic, load_topics

if TYPE_CHECKING:
    from hub import FrontDesk


@dataclass
class Shop:
    """What every page of a site works with."""

    settings: WebFormSettings
    tools: Tools
    desk: FrontDesk
    journal: Journal
    topics: tuple[Topic, ...]
    tokens: Tokens
    sessions: Sessions
    codes: Codes
    messages_allowed: RateLimit
    codes_allowed: RateLimit
    repeats: Repeats

    @classmethod
    def opened(cls, settings: WebFormSettings, tools: Tools, desk: FrontDesk) -> Shop:
        """A front door with its record healed; ConfigurationError where its topics are not set rightly."""
        now = tools.clock.now
        journal = Journal(tools.folder, tools.sign)
        journal.heal()
        return cls(
            settings,
            tools,
            desk,
            journal,
            load_topics(settings.topics),
            Tokens(tools.sign, now),
            Sessions(tools.sign, now),
            Codes(now),
            RateLimit(settings.per_hour, now),
            RateLimit(3 * settings.per_hour, now),
            Repeats(now),
        )

    def topic(self, name: str) -> Topic | None:
        """The topic with this id."""
        return next((topic for topic in self.topics if topic.id == name), None)

    @property
    def returns(self) -> Topic | None:
        """The topic by which something is sent back."""
        return next((topic for topic in self.topics if topic.type is CaseType.RETURN), None)

    def instructions(self, language: str) -> str:
        """How and where something is sent back; empty where the shop has not said."""
        told = {str(code): text for code, text in self.settings.return_instructions.items()}
        return in_language(told, language, self.settings.language)

    def now(self) -> datetime:
        """The present instant."""
        return self.tools.clock.now()

    def moment(self, instant: datetime, language: str) -> str:
        """An instant as the shop's customers read it."""
        return written_out(instant, self.desk.zone, language)

    def stamp(self, instant: datetime, language: str) -> str:
        """An instant that has passed, as the shop's clocks showed it."""
        local = instant.astimezone(self.desk.zone)
        return f"{day_written_out(local.date(), language, with_year=True)}, {local:%H:%M}"

    def page(self, visit: Visit, template: str, status: int = 200, **values: Any) -> Response:
        """A page in the visitor's language."""
        language = visit.language
        body = self._pages.get_template(f"{template}.html").render(
            t=lambda name, **parts: say(name, language, **parts),
            words=lambda words: in_language(words, language, self.settings.language),
            lang=language,
            languages=[(code, NAMES[code]) for code in self.settings.languages_shown],
            visit=visit,
            to=visit.to,
            settings=self.settings,
            moment=partial(self.moment, language=language),
            stamp=partial(self.stamp, language=language),
            accept=ACCEPT,
            **values,
        )
        return HTMLResponse(body, status, {"cache-control": "no-store"})

    def not_written(self, error: Exception) -> None:
        """Tell the log that somebody's message could not be kept; he was told so, and has it still before him."""
        self.tools.log.error("a message could not be written at the front door", why=str(error))

    def message(self, visit: Visit, name: str, status: int) -> Response:
        """A page that says one thing."""
        return self.page(visit, "message", status, name=name)

    def go(self, visit: Visit, path: str, **query: str) -> Response:
        """Send the browser on, with a GET."""
        return RedirectResponse(visit.to(path, **query), 303)

    def with_session(self, answer: Response, visit: Visit, ref: str) -> Response:
        """The answer with the cookie that opens one conversation."""
        lasts = LASTS if self.settings.sends_mail else LASTS_WITHOUT_MAIL
        value, seconds = self.sessions.new(ref, lasts), int(lasts / timedelta(seconds=1))
        self._set_cookie(answer, visit, value, seconds)
        return answer

    def without_session(self, answer: Response, visit: Visit) -> Response:
        """The answer that makes the browser forget."""
        self._set_cookie(answer, visit, "", 0)
        return answer

    def _set_cookie(self, answer: Response, visit: Visit, value: str, seconds: int) -> None:
        path = f"{visit.base}/"
        answer.set_cookie(COOKIE, value, seconds, path=path, secure=visit.secure, httponly=True, samesite="strict")

    @cached_property
    def _pages(self) -> Environment:
        loader = FileSystemLoader(Path(__file__).parent / "templates")
        return Environment(
            loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
        )
