"""The hooks a plugin may implement; one is added only together with a plugin of this repository that uses it.

Mark an implementation with `@hub.hookimpl`. It may take fewer arguments than its specification; an argument to which it
gives a default is never passed.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib.resources.abc import Traversable
from typing import TYPE_CHECKING

import pluggy

if TYPE_CHECKING:
    from hub.adapter import Adapter
    from hub.core.mail import Mail, MailReading
    from hub.notifier import Notifier

PROJECT = "casehub"

hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)


@hookspec
def hub_register_adapters(register: Callable[[type[Adapter]], None]) -> None:
    """Call `register` once with each Adapter class of this plugin; it is called once, when casehub starts."""


@hookspec
def hub_register_notifiers(register: Callable[[type[Notifier]], None]) -> None:
    """Call `register` once with each Notifier class of this plugin; it is called once, when casehub starts."""


@hookspec
def hub_register_policies(register: Callable[[Traversable], None]) -> None:
    """Call `register` once with each policy file of this plugin (TOML), found by `importlib.resources.files`."""


@hookspec(firstresult=True)
def hub_read_mail(mail: Mail) -> MailReading | None:
    """Say what a mail of your platform tells of a case, or None if it is not one; another plugin may then know it.

    It is asked of every mail that reaches a mailbox, plugin by plugin in the order of their names, perhaps in several
    threads at once. A reader that raises, or answers something else, is told of in the log and has recognised nothing.
    """
