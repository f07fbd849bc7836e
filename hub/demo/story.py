"""What happens on the demo's day: cases come, two are answered, one is handed over, and one is left to the platform."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

from hub.adapter import Capability
from hub.app import Channel, Hub, open_hub
from hub.core.local_time import local_time
from hub.core.platform_acts import ActKind
from hub.core.ports import CaseFilter, CaseSummary
from hub.demo.day import DemoClock
from hub.demo.stage import ZONE
from hub.pretended import PretendedPlatform

_MOMENT = timedelta(minutes=5)
_A_DAY = timedelta(days=1)

Say = Callable[[str], None]
Command = Callable[[Sequence[str]], None]


@dataclass(frozen=True, slots=True)
class Cast:
    """The cases that the story is about; empty where no platform has one that fits."""

    left: CaseSummary | None
    answered: tuple[CaseSummary, ...]
    handed_over: CaseSummary | None


def play(
    folder: Path, clock: DemoClock, platforms: Mapping[str, PretendedPlatform], say: Say, command: Command
) -> Cast:
    """Show the day, with the commands that a seller would type, and tell who played what."""
    say(_opening(clock, platforms))
    command(["sync"])
    command(["due", "--within", "24h"])
    with open_hub(folder / "hub.toml") as hub:
        cast = _cast(hub)
    _work(cast, {platform.channel: platform for platform in platforms.values()}, say, command)
    _wait(cast, clock, say, command)
    say("\nReading again brings nothing new:")
    command(["sync"])
    say("\nThe day is over. What it brought, saved and lost:")
    command(["summary", "--since", "1d"])
    return cast


def _opening(clock: DemoClock, platforms: Mapping[str, PretendedPlatform]) -> str:
    today = clock.now().astimezone(ZoneInfo(ZONE))
    channels = ", ".join(platform.channel for platform in platforms.values())
    return (
        f"It is {local_time(today, today, ZONE)} in the demo, and its clock goes when the demo says so.\n"
        f"{len(platforms)} pretended platforms run on this computer: {channels}. Customers have written over night."
    )


def _cast(hub: Hub) -> Cast:
    """Who plays what: the first to be refunded is left, the dearest of the others answered, and one more elsewhere."""
    listed = [case for case in hub.store.cases(CaseFilter(limit=None)) if case.deadline is not None]
    channels = {channel.name: channel for channel in hub.channels()}
    now = hub.clock.now()
    left = next((case for case in sorted(listed, key=_threat) if _is_threatened(case, now)), None)
    free = [case for case in listed if case is not left and _is_in_time(case, now)]
    answerable = [case for case in free if Capability.REPLY in channels[case.channel].adapter.capabilities]
    dearest = max(answerable, key=_worth, default=None)
    soonest = next((case for case in answerable if dearest is None or case.channel != dearest.channel), None)
    answered = tuple(case for case in (dearest, soonest) if case is not None)
    rest = (case for case in free if case not in answered)
    return Cast(left, answered, next((case for case in rest if _can_be_handed_over(hub, case, channels)), None))


def _is_in_time(case: CaseSummary, now: datetime) -> bool:
    return case.deadline is not None and case.deadline.due is not None and now < case.deadline.due


def _worth(case: CaseSummary) -> Decimal:
    at_risk = case.deadline.at_risk if case.deadline else None
    return at_risk.amount if at_risk else Decimal()


def _is_threatened(case: CaseSummary, now: datetime) -> bool:
    deadline = case.deadline
    if deadline is None or deadline.consequence_at is None or deadline.at_risk is None:
        return False
    return now < deadline.consequence_at < now + _A_DAY


def _threat(case: CaseSummary) -> datetime:
    at = case.deadline.consequence_at if case.deadline else None
    return at or datetime.max.replace(tzinfo=UTC)


def _can_be_handed_over(hub: Hub, line: CaseSummary, channels: Mapping[str, Channel]) -> bool:
    channel = channels.get(line.channel)
    if channel is None or Capability.HAND_OVER not in channel.adapter.capabilities:
        return False
    offers = channel.adapter.offers(hub.store.case(line.number), channel.adapter_settings)
    return any(offer.kind is ActKind.HAND_OVER for offer in offers)


def _work(cast: Cast, platforms: Mapping[str, PretendedPlatform], say: Say, command: Command) -> None:
    """Answer, hand over, and deliver what was written."""
    for case in cast.answered:
        say(f"\nWe answer {case.number} of {case.channel}.")
        command(["show", case.number])
        command(["reply", case.number, "-m", platforms[case.channel].sample_reply, "--yes"])
    if cast.handed_over is not None:
        say(f"\n{cast.handed_over.number} is beyond us: the platform takes it over. That cannot be undone.")
        command(["hand-over", cast.handed_over.number, "-m", "The customer and we cannot agree.", "--yes"])
    command(["deliver"])
    for case in cast.answered[:1]:
        say("\nThis is what the customer received:\n")
        say(_indented(platforms[case.channel].received()[-1]))


def _wait(cast: Cast, clock: DemoClock, say: Say, command: Command) -> None:
    """Let the time pass in which nobody answers the case that is left."""
    left = cast.left
    if left is None or left.deadline is None or left.deadline.consequence_at is None:
        return
    clock.set(left.deadline.consequence_at + _MOMENT)
    now = clock.now()
    say(f"\nNobody answers {left.number}. It is {local_time(now, now, ZONE)}, and the platform acts by itself:")
    command(["sync"])
    command(["show", left.number])


def _indented(text: str) -> str:
    return "\n".join(f"    {line}".rstrip() for line in text.splitlines())
