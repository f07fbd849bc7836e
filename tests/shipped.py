"""The policies that plugins of this repository bring, read as a test needs them."""

from __future__ import annotations

from datetime import date
from importlib import import_module, resources
from importlib.resources.abc import Traversable

from hub.core.targets import parse_step
from hub.core.worktime import DAYS, Calendar
from hub.policies.reading import ReadPolicy, read_file
from hub.policies.surroundings import Surroundings
from hub.policies.tables import PolicyFile

PACKAGES = ("hub_bolcom", "hub_email_imap", "hub_fyndiq_reclaimit", "hub_rakuten", "hub_web_form")
ALWAYS = Calendar(
    "UTC", dict.fromkeys(DAYS, ("00:00-24:00",)), valid_from=date(2012, 1, 1), valid_to=date(2028, 12, 31)
)
SURROUNDINGS = Surroundings(ALWAYS, (parse_step("8wh"),))
"""An office that never closes, so that a policy which leans on it would be seen."""

TODAY = date(2026, 11, 22)


def shipped(package: str) -> list[PolicyFile]:
    """The files that a plugin offers."""
    found: list[Traversable] = []
    import_module(package).hub_register_policies(found.append)
    return [PolicyFile(file.name, file.read_text("utf-8")) for file in found]


def policies_of(package: str) -> dict[str, ReadPolicy]:
    """What a plugin's files say, by the id of each policy."""
    read = (read_file(file, SURROUNDINGS, TODAY) for file in shipped(package))
    return {one.policy.id: one for one in read}


def lying_in(package: str) -> list[str]:
    """The names of the policy files in a plugin's folder, offered or not."""
    return sorted(file.name for file in resources.files(package).iterdir() if file.name.endswith(".toml"))
