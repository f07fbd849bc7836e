"""What an operator says of notification mails; in the environment, because a mailbox has no settings of this plugin."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from hub_fyndiq_reclaimit.mails import MARGIN, SENDERS, MailRules

SENDERS_NAME = "CASEHUB_RECLAIMIT_SENDERS"
MARGIN_NAME = "CASEHUB_RECLAIMIT_MARGIN"
_LONGEST = 1440


def rules_of(environment: Mapping[str, str]) -> MailRules:
    """The shipped senders with those that the operator adds, and how much older an errand may be than its mail."""
    added = [one.strip().lower() for one in environment.get(SENDERS_NAME, "").split(",")]
    minutes = environment.get(MARGIN_NAME, "").strip()
    # A slip of the pen must not cost the recognition of all mails: anything but a number counts as nothing said.
    margin = timedelta(minutes=int(minutes)) if minutes.isdecimal() and int(minutes) <= _LONGEST else MARGIN
    return MailRules((*SENDERS, *filter(None, added)), margin)
