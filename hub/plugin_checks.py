"""Whether what a plugin offers can be used, and in words why not."""

from __future__ import annotations

import inspect
import re
from importlib.resources.abc import Traversable

from pydantic import BaseModel

from hub.adapter import Adapter, Capability
from hub.errors import HubError
from hub.notifier import Notifier

OWN_KEYS = frozenset(
    {
        "adapter",
        "enabled",
        "silent_after",
        "new_case_after_days",
        "new_subject_after_days",
        "acknowledge",
        "acknowledge_language",
        "mark_read",
        "detect_missing",
        "soft_checks",
        "languages",
        "return_label",
        "key_expires",
    }
)
"""The keys of a channel's table that are casehub's own; no adapter may have a setting of such a name."""
NOTIFIER_KEYS = frozenset({"notifier", "enabled", "audiences", "channels", "deeds"})
"""The keys of a notifier's table that are casehub's own; no notifier may have a setting of such a name."""

_LONGEST_POLICY = 1_000_000
_KEY = re.compile(r"[a-z][a-z0-9_]*")


class MalformedPlugin(HubError):
    """A plugin was imported, but what it offers cannot be used."""


def problem_with_adapter(adapter: object) -> str:
    """What makes this unusable as an adapter, or nothing."""
    if not (isinstance(adapter, type) and issubclass(adapter, Adapter)):
        return "is not a subclass of hub.Adapter"
    return (
        _problem_with_class(adapter) or _problem_with_capabilities(adapter) or _problem_with_settings(adapter, OWN_KEYS)
    )


def problem_with_notifier(notifier: object) -> str:
    """What makes this unusable as a notifier, or nothing."""
    if not (isinstance(notifier, type) and issubclass(notifier, Notifier)):
        return "is not a subclass of hub.Notifier"
    if problem := _problem_with_class(notifier):
        return problem
    if not isinstance(getattr(notifier, "leaves_the_house", None), bool):
        return "does not say whether it leaves_the_house: True or False"
    return _problem_with_settings(notifier, NOTIFIER_KEYS)


def policy_text(file: object) -> tuple[str, str]:
    """The name and the text of a policy's file; MalformedPlugin if it has none."""
    if not isinstance(file, Traversable):
        raise MalformedPlugin(
            f"it registers {type(file).__name__} as a policy, which is no file: importlib.resources.files() gives one"
        )
    try:
        text = file.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise MalformedPlugin(f"its policy {file.name} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        reason = f"byte {error.start + 1} is not UTF-8"
        raise MalformedPlugin(f"its policy {file.name} is not text: {reason}") from error
    if len(text) > _LONGEST_POLICY:  # every command would wait for it
        raise MalformedPlugin(f"its policy {file.name} has more than {_LONGEST_POLICY:,} letters, as no policy has")
    return file.name, text


def _problem_with_class(kind: type[Adapter] | type[Notifier]) -> str:
    if inspect.isabstract(kind):
        return f"does not implement {', '.join(sorted(kind.__abstractmethods__))}"
    key = getattr(kind, "key", None)
    if not isinstance(key, str) or not _KEY.fullmatch(key):
        return "has no key of small letters, digits and _"
    title = getattr(kind, "title", None)
    if not isinstance(title, str) or not title:
        return "has no title"
    return ""


def _problem_with_capabilities(adapter: type[Adapter]) -> str:
    capabilities = getattr(adapter, "capabilities", None)
    if not isinstance(capabilities, frozenset):
        return "has no capabilities, a frozenset of hub.Capability"
    wrong = sorted(repr(one) for one in capabilities if not isinstance(one, Capability))
    return f"has {wrong[0]} among its capabilities, which is no hub.Capability" if wrong else ""


def _problem_with_settings(kind: type[Adapter] | type[Notifier], own_keys: frozenset[str]) -> str:
    settings = getattr(kind, "Settings", None)
    if not (isinstance(settings, type) and issubclass(settings, BaseModel)):
        return "has no Settings, a subclass of pydantic.BaseModel"
    clash = sorted(own_keys & settings.model_fields.keys())
    return f"has the setting {clash[0]}, which is casehub's own: give it another name" if clash else ""
