"""What a case's page shows, gathered once for one request."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING

from markupsafe import Markup

from hub.adapter import Capability
from hub.addressing import addressee_of
from hub.core.acting import Wish
from hub.core.attachments import Attachment
from hub.core.cost import cost_of
from hub.core.evidence import Checklist, checklist, wanted_for
from hub.core.explaining import clock_rule, explain
from hub.core.goodwill import Suggestion
from hub.core.model import Case, CaseType, epoch
from hub.core.outbox import FINAL, SETTLED, Reply, has_grown
from hub.core.people import Permission
from hub.core.platform_acts import ActKind, Offer
from hub.core.policy import ClockRule, Rule
from hub.core.readings import Evaluation, Reading, next_consequence
from hub.core.records import CaseSummary
from hub.core.uptime import uptime_of
from hub.drafts import drafts_of
from hub.errors import HubError
from hub.goodwill import suggested
from hub.opening import case_to_read
from hub.reaching import adapter_of, reach_of
from hub.return_labels import has_return_label
from hub.templates.model import Template
from hub.templating import languages_wanted, library_of
from hub.templating import suggested as suggested_templates
from hub.web.case_lines import ClockLine, OfferLine, ReplyLine, acts_on
from hub.web.case_text import linked
from hub.web.uploads import sealed

if TYPE_CHECKING:
    from hub.core.explaining import Trace
    from hub.core.people import Person
    from hub.runs.reach import Reach
    from hub.web.site import Here

NEWEST_SHOWN = 12
"""So many messages are shown at once; the earlier ones when they are asked for."""
_SHOWN_AFTER = timedelta(minutes=30)
_MOST_OTHERS = 100


@dataclass
class CaseView:
    """A case with everything around it, as one person sees it."""

    here: Here
    case: Case

    @cached_property
    def reach(self) -> Reach:
        """How far a program reaches on the case's platform."""
        return reach_of(self.here.hub, self.case)

    @cached_property
    def evaluation(self) -> Evaluation:
        """What its clocks show."""
        return self.here.hub.evaluate_at(self.case, self.here.now)

    @cached_property
    def rule(self) -> Rule:
        """The rule that the case falls under."""
        return next(rule for rule in self.here.hub.book.chosen(self.case).policy.rules if rule.id == self._rule_id)

    @property
    def _rule_id(self) -> str:
        return self.evaluation.rule

    @cached_property
    def clocks(self) -> list[ClockLine]:
        """Every run of every clock: what runs first, the soonest due at the top, then what is over, newest first."""
        lines = [self._line(reading) for reading in self.evaluation.clocks]
        running = [line for line in lines if line.reading.is_open and not self.evaluation.at_rest]
        over = [line for line in lines if line not in running]
        running.sort(key=lambda line: (line.reading.due is None, line.reading.due or 0))
        return [*running, *sorted(over, key=lambda line: -line.reading.start)]

    @property
    def running(self) -> list[ClockLine]:
        """The clocks that are not over."""
        return [line for line in self.clocks if line.reading.is_open and not self.evaluation.at_rest]

    def _line(self, reading: Reading) -> ClockLine:
        now = epoch(self.here.now)
        return ClockLine(reading, reading.state(now), self.here.now, next_consequence([reading], now))

    def clock_rule(self, reading: Reading) -> ClockRule | None:
        """What the rule says of a clock."""
        return clock_rule(self.rule, reading)

    def traces(self, reading: Reading) -> Sequence[Trace]:
        """The way of a clock from its start to its due instant."""
        clock = self.clock_rule(reading)
        return explain(reading, clock) if clock is not None else ()

    @cached_property
    def replies(self) -> Sequence[Reply]:
        """Its replies and acts in the outbox, oldest first; what nobody asked for is left out."""
        found = self.here.hub.store.replies(case_number=self.case.number)
        return [reply for reply in found if not reply.is_quiet]

    @cached_property
    def outbox(self) -> list[ReplyLine]:
        """What is on its way or wants somebody, and what came of the newest ones."""
        now = self.here.now
        return [
            self._reply_line(reply)
            for reply in self.replies
            if reply.state not in SETTLED or now - reply.written_at < _SHOWN_AFTER
        ]

    def reply_line(self, key: str) -> ReplyLine | None:
        """One reply of the case by its whole key."""
        return next((self._reply_line(reply) for reply in self.replies if reply.key == key), None)

    def _reply_line(self, reply: Reply) -> ReplyLine:
        left = reply.waits_to_be_undone(self.here.now, uptime_of(self.here.hub.clock)).total_seconds()
        undo = left if reply.by == self.here.person.name else 0.0
        grown = None if reply.state in FINAL or reply.act is not None else has_grown(self.case, reply)
        return ReplyLine(reply, undo, acts_on(reply, self.here.person.name, undoable=bool(undo)), grown)

    @cached_property
    def told_offers(self) -> tuple[tuple[OfferLine, ...], str]:
        """What the platform takes, and why that is unknown where its plugin breaks at it."""
        try:
            offers = self.reach.offers(self.case)
            return tuple(self._offer(offer) for offer in offers), ""
        except HubError as error:
            return (), str(error)

    def _offer(self, offer: Offer) -> OfferLine:
        wanted = checklist(self.case, offer) if wanted_for(offer) else None
        return OfferLine(offer, cost_of(self.case, Wish(offer)), wanted)

    @property
    def offers(self) -> tuple[OfferLine, ...]:
        """What the platform takes for the case as it stands, but what has a place of its own on the page."""
        own = {ActKind.CLOSE, ActKind.REOPEN, ActKind.NOTE, ActKind.MARK_READ}
        return tuple(line for line in self.told_offers[0] if line.offer.kind not in own)

    @cached_property
    def goodwill(self) -> Suggestion | None:
        """The refund that is suggested, if one is."""
        return suggested(self.here.hub, self.case, [line.offer for line in self.told_offers[0]])

    @cached_property
    def evidence(self) -> Checklist:
        """Every kind of evidence and how it stands."""
        return checklist(self.case)

    @cached_property
    def wanting(self) -> list[Checklist]:
        """What each act wants of it; nothing where a plugin breaks at it."""
        if not self.case.is_open:
            return []
        try:
            offers = [line.offer for line in self.told_offers[0]]
            return [checklist(self.case, offer) for offer in self.reach.wanting(self.case, offers)]
        except HubError:
            return []

    @cached_property
    def others(self) -> Sequence[CaseSummary]:
        """Other cases of the same customer, or about the same order, newest first."""
        return self.here.hub.store.others(self.case.number, _MOST_OTHERS)

    @cached_property
    def colleagues(self) -> list[Person]:
        """Who can be given the case."""
        return [person for person in self.here.site.people.people() if person.active]

    @property
    def may_work(self) -> bool:
        """Whether this person may do more than read."""
        return self.here.caller is not None and self.here.caller.may(Permission.WORK)

    @property
    def looking(self) -> list[str]:
        """Who else has the case open."""
        return self.here.site.presence.others(self.case.number, self.here.person.name, self.here.now)

    @property
    def writing(self) -> Mapping[str, datetime]:
        """Who else is writing to the customer, and since when."""
        drafts = drafts_of(self.here.hub).others(self.case.number, self.here.person.name)
        return {draft.who: draft.since for draft in drafts}

    @property
    def draft(self) -> str:
        """What this person has typed here and not sent."""
        return drafts_of(self.here.hub).kept(self.case.number, self.here.person.name)

    @property
    def addressee(self) -> str:
        """Whom an answer goes to."""
        return addressee_of(self.case)

    @property
    def given_files(self) -> list[Attachment]:
        """The files that people gave as evidence."""
        return [file for exhibit in self.case.evidence for file in exhibit.files]

    @cached_property
    def templates(self) -> tuple[list[Template], list[Template]]:
        """The templates that fit the case, and the others."""
        library = library_of(self.here.hub)
        fit = [library.templates[name] for name in suggested_templates(self.here.hub, self.case)]
        return fit, [one for one in library.templates.values() if one not in fit]

    @property
    def languages(self) -> list[str]:
        """The languages that some template has a text in, those of the channels first."""
        there = {language for group in self.templates for one in group for language in one.languages}
        wanted = [language for language in languages_wanted(self.here.hub) if language in there]
        return [*wanted, *sorted(there - set(wanted))]

    def linked(self, text: str) -> Markup:
        """A text with its links made clickable."""
        return linked(text)

    def sealed(self, files: Sequence[Attachment]) -> list[tuple[str, str]]:
        """Files as hidden fields carry them along."""
        return sealed(files)

    def can(self, capability: str) -> bool:
        """Whether a program can do this on the platform."""
        return self.reach.can(Capability(capability), self.case)

    def step(self, capability: str) -> str:
        """What a person does in the portal instead."""
        return self.reach.step(Capability(capability))

    @property
    def takes_files(self) -> bool:
        """Whether files can go with a reply."""
        info = adapter_of(self.here.hub, self.case.channel)
        return info is None or Capability.ATTACH in info.adapter.capabilities or not self.can("reply")

    @property
    def has_label(self) -> bool:
        """Whether a return label can be sent along."""
        return has_return_label(self.here.hub, self.case.channel) and self.takes_files and self.can("reply")

    @property
    def offers_label(self) -> bool:
        """Whether the label is what this case most likely wants."""
        return self.has_label and self.case.type is CaseType.RETURN


def view_of(here: Here) -> CaseView:
    """The case that the address names, merges followed; NotFound if there is none."""
    return CaseView(here, case_to_read(here.hub, str(here.path["number"])))
