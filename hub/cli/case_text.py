"""A case on the screen: its head, its conversation, its replies and its history, as texts that rich prints."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from hub.cli.due_text import local_time, time_left
from hub.cli.outbox_text import advice
from hub.cli.safe_text import clean, fold_quotes, one_line, size_text
from hub.cli.view import due_style, type_text
from hub.core.events import Event
from hub.core.model import VANISHED, Case, CaseState, Direction, Message, Order, Party
from hub.core.outbox import Reply
from hub.core.platform_acts import in_words
from hub.core.readings import Deadline
from hub.core.shipments import Shipment
from hub.core.turns import Detection, Owner
from hub.history_words import reason_of, told, words_of_type

_STATE_STYLES = {CaseState.OPEN: "bold green", CaseState.WAITING: "cyan", CaseState.CLOSED: "dim"}
_WRITER_STYLES = {Direction.INBOUND: "bold cyan", Direction.OUTBOUND: "bold green", Direction.NOTE: "bold yellow"}


@dataclass(frozen=True, slots=True)
class CaseText:
    """Makes the parts of one case's page; `full` leaves quotes as they are, `html` prefers a message's HTML."""

    now: datetime
    zone: str
    full: bool = False
    html: bool = False

    def head(
        self, case: Case, deadline: Deadline | None, rule: str, more: Mapping[str, str] | None = None
    ) -> RenderableType:
        """Number, subject, state, and whatever is known of the case; `more` has lines of what may be done with it."""
        title = Text(f"{case.number}  ", style="bold")
        title.append(f"{case.state}  ", style=_STATE_STYLES.get(case.state, ""))
        title.append(one_line(case.subject) or "(no subject)")
        facts = Table.grid(padding=(0, 2, 0, 0))
        facts.add_column(style="dim", no_wrap=True)
        facts.add_column()
        for name, value in (*self._facts(case, deadline, rule), *self._doings(case, more or {})):
            facts.add_row(name, value)
        return Group(title, facts)

    def messages(self, case: Case) -> Iterator[RenderableType]:
        """The conversation, oldest first."""
        for place, message in enumerate(case.messages, 1):
            yield Text(f"\n{place}  ", style="dim").append_text(self._writer(message))
            if message.problem:
                yield _indented(self._problem(case, place, message))
            if doubt := message.extra.get("doubt"):
                yield _indented(Text(f"! Doubtful: {one_line(doubt)}", style="bold red"))
            if body := self._body(message):
                yield _indented(Text(body))
            for item in message.attachments:
                line = f"attached: {one_line(item.name)} ({size_text(item.size)}, {one_line(item.media_type)})"
                yield _indented(Text(line, style="dim"))

    def tasks(self, case: Case) -> Iterator[RenderableType]:
        """What is left to do in the platform's portal."""
        for task in case.open_tasks:
            head = Text(f"\nTo do in the portal: {one_line(task.what)}", style="bold magenta")
            head.append(f"  wanted by {one_line(task.who) or 'somebody'}, {self._time(task.given_at)}", style="dim")
            yield head
            for line in (task.step, task.url):
                if line:
                    yield _indented(Text(one_line(line)))
            if task.text:
                yield _indented(Text(clean(task.text), style="italic"))
            yield _indented(Text(f"`casehub done {case.number} {task.key}` ticks it off.", style="italic"))

    def replies(self, replies: Sequence[Reply]) -> Iterator[RenderableType]:
        """What waits in the outbox, or was refused."""
        for reply in replies:
            style = "bold red" if reply.needs_a_person else "bold magenta"
            what, wanted = ("Act", "wanted") if reply.act else ("Reply", "written")
            act = f": {one_line(in_words(reply.act))}" if reply.act else ""
            head = Text(f"\n{what} {reply.key}, {reply.state}{act}", style=style)
            head.append(
                f"  {wanted} by {one_line(reply.by) or 'somebody'}, {self._time(reply.written_at)}", style="dim"
            )
            if reply.send_at is not None and self.now < reply.send_at:
                head.append(f", to be sent {self._time(reply.send_at)}", style="dim")
            yield head
            for line in (one_line(reply.reason), advice(reply)):
                if line:
                    yield _indented(Text(line, style="italic"))
            if reply.text:
                yield _indented(Text(clean(reply.text)))
            for item in reply.attachments:
                yield _indented(Text(f"attached: {one_line(item.name)} ({size_text(item.size)})", style="dim"))

    def history(self, events: Sequence[Event]) -> RenderableType:
        """Everything that happened: when it was, when we learnt of it, what and why."""
        table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
        for heading, wraps in (("\nhappened", False), ("\nlearnt", False), ("\nwhat", True)):
            table.add_column(heading, no_wrap=not wraps, overflow="fold")
        for event in events:
            table.add_row(self._time(event.at), self._time(event.seen_at), Text(one_line(told(event))))
        return table

    def _facts(self, case: Case, deadline: Deadline | None, rule: str) -> Iterator[tuple[str, Text]]:
        yield "Customer", Text(_party(case.customer) or "unknown")
        yield "Channel", Text(f"{case.channel}, {type_text(case.type, case.type_raw)}")
        if case.detected is not None:
            yield "", Text(self._why_taken_for(case, case.detected), style="yellow")
        if case.state_raw == VANISHED:
            yield "State", Text("closed by the platform: vanished from its list", style="yellow")
        if case.order is not None:
            worth = f" ({case.order.value})" if case.order.value else ""
            yield "Order", Text(f"{one_line(case.order.number)}{worth}{_doubt(case, case.order)}")
            for line in case.order.lines:
                price = f", {line.price}" if line.price else ""
                yield "", Text(f"{line.quantity} x {one_line(line.title)}{price}")
            for parcel in case.order.shipments:
                yield "Parcel", Text(self._parcel(parcel))
        yield "With", Text(one_line(case.assignee) or "nobody")
        yield "Answer", self._due(deadline)
        if deadline is not None:
            clock = deadline.clock.replace("_", " ")
            yield "", Text(f"{clock}, counted from {self._time(deadline.started_at)}: {one_line(rule)}", style="dim")
            if deadline.consequence and deadline.consequence_at:
                yield "Else", Text(self._consequence(deadline, deadline.consequence_at), style="magenta")
        if case.linked:
            yield "Linked", Text(", ".join(case.linked))
        if case.url:
            yield "Link", Text(one_line(case.url))

    def _doings(self, case: Case, more: Mapping[str, str]) -> Iterator[tuple[str, Text]]:
        """What the platform takes for the case, and what was decided there."""
        for decision in case.decisions:
            says = f", says {one_line(decision.who)}" if decision.stated else f" by {one_line(decision.who)}"
            yield "Decided", Text(f"{one_line(decision.what)}{says}, {self._time(decision.at)}", style="green")
        for outcome in case.outcomes:
            if outcome.what != VANISHED:  # which is told as the state
                done = one_line(outcome.what).replace("_", " ")
                yield "Outcome", Text(f"{done}, by the platform, {self._time(outcome.at)}", style="magenta")
        if case.owner is Owner.PLATFORM:
            yield "Owner", Text("the platform deals with it", style="magenta")
        yield from ((name, Text(one_line(told))) for name, told in more.items() if told)

    def _parcel(self, parcel: Shipment) -> str:
        named = " ".join(filter(None, (one_line(parcel.carrier), one_line(parcel.number)))) or "without a number"
        state = one_line(parcel.state).replace("_", " ").lower()
        told = f"{state}, {self._time(parcel.at)}" if state and parcel.at else state or "on its way"
        return f"{named}: {told}"

    def _why_taken_for(self, case: Case, found: Detection) -> str:
        message = next((m for m in case.messages if m.ref == found.message), None)
        where = f" in the message of {self._time(message.sent_at)}" if message else ""
        told = f"taken for a {words_of_type(found.type)}: {one_line(reason_of(found))}{where}"
        return f"{told}; if it is not one, say so: `casehub classify {case.number} --type question`"

    def _due(self, deadline: Deadline | None) -> Text:
        due = time_left(deadline, self.now, self.zone)
        return Text(one_line(due.text), style=due_style(due))

    def _consequence(self, deadline: Deadline, at: datetime) -> str:
        """What the platform is expected to do, when, and what it costs."""
        cost = f", {deadline.at_risk}" if deadline.at_risk else ", of unknown value" if deadline.risk_unknown else ""
        return f"{one_line(deadline.consequence)} {self._time(at)}{cost}"

    def _writer(self, message: Message) -> Text:
        kind = "Note by " if message.direction is Direction.NOTE else ""
        name = _party(message.sender) or message.author.value
        line = Text(f"{kind}{name}", style=_WRITER_STYLES[message.direction])
        line.append(f"  {self._time(message.sent_at)}", style="dim")
        marks = [*(["automatic"] if message.automatic else []), *(label.replace("_", " ") for label in message.labels)]
        if marks:
            line.append(f"  [{one_line(', '.join(marks))}]", style="yellow")
        return line

    def _problem(self, case: Case, place: int, message: Message) -> Text:
        text = Text(f"! This message could not be read: {one_line(message.problem)}", style="bold red")
        if message.raw:
            again = f"casehub reread {case.number}"
            text.append(f"\n  Its original is kept: `{again}` tries again, `casehub show {case.number} --raw {place}`")
            text.append(" writes it.")
        return text

    def _body(self, message: Message) -> str:
        text = clean(message.html if self.html and message.html else message.text).strip("\n")
        return text if self.full or self.html else fold_quotes(text)

    def _time(self, at: datetime) -> str:
        return local_time(at, self.now, self.zone)


def _doubt(case: Case, order: Order) -> str:
    """What stands behind the number of an order that no platform has confirmed."""
    others = f", or {', '.join(map(one_line, order.candidates))}" if order.candidates else ""
    if case.sought is not None and not order.confirmed:
        often = "once" if case.sought.times == 1 else f"{case.sought.times} times"
        return f"{others} (unknown to its platform, asked {often})"
    return others


def _indented(text: Text) -> Padding:
    return Padding(text, (0, 0, 0, 2), expand=False)


def _party(party: Party) -> str:
    address = f"<{party.email}>" if party.name and party.email else party.email
    return one_line(" ".join(part for part in (party.name, address) if part) or party.customer_number)
