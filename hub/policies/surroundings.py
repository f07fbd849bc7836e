"""What a policy may refer to that is not its own: the seller's office."""

from __future__ import annotations

from dataclasses import dataclass

from hub.core.targets import Step
from hub.core.worktime import Calendar

OFFICE = "office"
"""The calendar that every policy may name without defining it."""

ANSWER_WITHIN = "office.answer_within"
"""The step of a target that stands for the seller's own promise."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """The office that policies are read in: its hours, and how soon it promises an answer."""

    office: Calendar
    answer_within: tuple[Step, ...]
