"""The table [sharing] of hub.toml: to whom new cases are given."""

from __future__ import annotations

from pydantic import Field, field_validator

from hub.core.model import CaseType
from hub.core.sharing import Group, Sharing, SharingOrder
from hub.environment import decoded
from hub.setting_tables import ChannelName, Table

_EVERYBODY = "everybody"


class GroupTable(Table):
    """Which cases go to which people; what is left out fits everything, no people means everybody who takes cases."""

    channels: tuple[str, ...] = ()
    types: tuple[CaseType, ...] = ()
    people: tuple[str, ...] = ()

    @field_validator("channels", "types", "people", mode="before")
    @classmethod
    def _lists_from_the_environment(cls, value: object) -> object:
        return decoded(value, tuple[str, ...])


class SharingTable(Table):
    """Whether new cases are given to people, in which order, and which of them to whom."""

    enabled: bool = False
    order: SharingOrder = SharingOrder.TURN
    groups: dict[ChannelName, GroupTable] = Field(default_factory=dict)

    @property
    def sharing(self) -> Sharing:
        """How cases are shared; without groups everybody shares all of them."""
        groups = [
            Group(name, frozenset(table.channels), frozenset(table.types), frozenset(table.people))
            for name, table in self.groups.items()
        ]
        return Sharing(groups or [Group(_EVERYBODY)], self.order)
