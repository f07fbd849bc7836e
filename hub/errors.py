"""What can go wrong, by what the hub does about it.

HubError
 ├ ConfigurationError            shown with its file and key, without a traceback or the rejected value
 ├ StoreError                    the database or the disk refused; nothing of the batch was kept
 ├ Busy                          another run of casehub is at work on the same thing
 ├ NotFound                      the thing a person named does not exist
 ├ Refused                       a person asked for something that would do harm; says what to do instead
 │  └ UnknownKey                 what was pushed names a key that is not kept: read the platform's keys once more
 └ AdapterError
    ├ AuthenticationFailed       stop the channel, tell the operator once
    ├ Unavailable                try again later, bounded, jittered
    │  └ RateLimited             ... not before `after`
    ├ Misunderstood              the platform changed its shape: stop the channel, keep the payload's outline
    ├ Unsupported                hand a person the portal step
    ├ Rejected                   never send again; show the platform's reason
    └ Uncertain                  may have been sent: read back, never repeat blindly
"""

from __future__ import annotations

from datetime import datetime


class HubError(Exception):
    """Anything casehub says to a person in one sentence, without a traceback."""


class ConfigurationError(HubError):
    """A setting is missing or wrong; the text names the file, the key and the way out, never the value."""


class StoreError(HubError):
    """The database or the disk refused; what was being written is not kept, what was kept before is whole."""


class Busy(HubError):
    """Another run of casehub is at work on the same thing."""


class NotFound(HubError):
    """The thing a person named does not exist."""


class Refused(HubError):
    """A person asked for something that would do harm; the text says what to do instead."""


class UnknownKey(Refused):
    """What somebody pushed is signed with a key that is not kept: read the platform's keys, once, and check again."""


class AdapterError(HubError):
    """A platform, or the way to it, did not do what was asked."""


class AuthenticationFailed(AdapterError):
    """The platform does not accept our credentials: stop the channel and tell the operator."""


class Unavailable(AdapterError):
    """The platform cannot be reached or is in trouble, and surely accepted nothing: try again later."""


class RateLimited(Unavailable):
    """The platform asks us to wait until `after`."""

    def __init__(self, message: str, after: datetime) -> None:
        super().__init__(message)
        if after.tzinfo is None:
            raise ValueError("RateLimited(after) needs a time zone; give an aware datetime")
        self.after = after


class Misunderstood(AdapterError):
    """The platform's answer has a shape we do not know: stop the channel rather than guess."""


class Unsupported(AdapterError):
    """The platform offers this to people only; `portal_step` says what a person does there."""

    def __init__(self, message: str, portal_step: str = "") -> None:
        super().__init__(message)
        self.portal_step = portal_step


class Rejected(AdapterError):
    """The platform refused a reply for good; never send it again as it is."""


class Uncertain(AdapterError):
    """The platform may or may not have accepted a reply: read back before anything else."""
