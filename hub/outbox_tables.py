"""The tables of hub.toml that are about replies on their way: the outbox and its limits, and four eyes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, field_validator, model_validator

from hub.core.approval import ApprovalRule
from hub.core.model import CaseType
from hub.core.outbox_alarms import Limits
from hub.environment import decoded
from hub.setting_tables import Amounts, Duration, Table, duration

_LONGEST_UNDO = timedelta(minutes=10)
_USUAL = Limits()


def _short(undo: timedelta) -> timedelta:
    if undo > _LONGEST_UNDO:
        raise ValueError("should be 10m at most: what is to be sent later has a time of its own, `casehub reply --at`")
    return undo


class OutboxLimits(Table):
    """For how long a reply may be in each state of the outbox before people are told."""

    queued: Duration = _USUAL.queued
    held: Duration = _USUAL.held
    sending: Duration = _USUAL.sending
    accepted: Duration = _USUAL.accepted
    uncertain: Duration = _USUAL.uncertain

    @property
    def limits(self) -> Limits:
        """The limits as the core has them."""
        return Limits(self.queued, self.held, self.sending, self.accepted, self.uncertain)


class OutboxTable(Table):
    """For how long a reply may be taken back before it is sent, and for how long it may wait."""

    undo: Annotated[timedelta, BeforeValidator(duration), AfterValidator(_short)] = timedelta(seconds=10)
    limits: OutboxLimits = OutboxLimits()


class ApprovalTable(Table):
    """What a second person has to approve before it is sent; what is left out fits everything."""

    channels: tuple[str, ...] = ()
    acts: tuple[Literal["reply", "decide", "hand_over", "close", "reopen", "note"], ...] = ()
    types: tuple[CaseType, ...] = ()
    writers: tuple[str, ...] = ()
    approvers: tuple[str, ...] = ()
    moves_money: bool = False
    above: Amounts = Field(default_factory=dict)

    @field_validator("channels", "acts", "types", "writers", "approvers", mode="before")
    @classmethod
    def _lists_from_the_environment(cls, value: object) -> object:
        return decoded(value, tuple[str, ...])

    @field_validator("above", mode="before")
    @classmethod
    def _amounts_from_the_environment(cls, value: object) -> object:
        return decoded(value, dict[str, Decimal])

    @model_validator(mode="after")
    def _can_be_met(self) -> Self:
        named = {name.casefold() for name in self.approvers}
        if named and self.writers and named == {name.casefold() for name in self.writers} and len(named) == 1:
            raise ValueError("names one person as the only writer and the only approver: nobody could approve anything")
        if self.acts and set(self.acts) <= {"reply", "note", "reopen"} and (self.moves_money or self.above):
            raise ValueError("wants what moves money, and none of its acts does")
        return self

    def rule(self, name: str) -> ApprovalRule:
        """The rule that this table stands for."""
        return ApprovalRule(
            name,
            frozenset(self.channels),
            frozenset(self.acts),
            frozenset(self.types),
            frozenset(self.writers),
            self.approvers,
            self.moves_money,
            self.above,
        )


def approval_rules(tables: Mapping[str, ApprovalTable]) -> tuple[ApprovalRule, ...]:
    """The rules of four eyes, in their order."""
    return tuple(table.rule(name) for name, table in tables.items())
