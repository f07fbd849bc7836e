"""Promise 9: waits that are asked for, what fails in passing, and refusals."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from hub.errors import AuthenticationFailed, RateLimited, Unavailable
from hub.testing.contract.support import cases_on, goes_wrong
from hub.testing.desk import Desk
from hub.testing.platform import Fault, Platform

_IN_PASSING = (Fault.TROUBLE, Fault.UNREACHABLE)


class TroublePromises:
    """What an adapter promises when the platform is in trouble."""

    def test_promise_09_a_short_wait_that_is_asked_for_is_kept(self, platform: Platform) -> None:
        """It is waited for at once, or told to the hub, which comes again then."""
        _waits(platform, timedelta(seconds=2))

    def test_promise_09_a_long_wait_that_is_asked_for_is_kept(self, platform: Platform) -> None:
        """It is told to the hub: a run that sleeps for so long keeps all other channels waiting."""
        _waits(platform, timedelta(minutes=20))

    def test_promise_09_what_fails_in_passing_is_overcome(self, platform: Platform) -> None:
        """Within the reading where the adapter asks again, else with the next one."""
        refs = cases_on(platform, 2)
        for fault in _IN_PASSING:
            desk = Desk(platform)
            if goes_wrong(platform, fault):
                if not platform.asks_again:
                    with pytest.raises(Unavailable):
                        desk.read()
                desk.read()
                assert len(desk.inbox.cases) == len(refs)
                platform.mend()

    def test_promise_09_what_does_not_pass_is_given_up(self, platform: Platform) -> None:
        """As Unavailable, so that the hub comes again later; what was read stays read."""
        cases_on(platform, 2)
        desk = Desk(platform)
        desk.read()
        before = desk.inbox.checkpoint
        for fault in _IN_PASSING:
            if goes_wrong(platform, fault, None):
                with pytest.raises(Unavailable):
                    desk.read()
                assert desk.inbox.checkpoint == before
                platform.mend()

    def test_promise_09_a_sign_in_that_expired_is_renewed_once(self, platform: Platform) -> None:
        """Where there are no tokens to renew, the credentials are wrong."""
        refs = cases_on(platform, 2)
        desk = Desk(platform)
        if not goes_wrong(platform, Fault.EXPIRED_TOKEN):
            return
        if not platform.renews_sign_in:
            with pytest.raises(AuthenticationFailed):
                desk.read()
            platform.mend()
        desk.read()
        assert len(desk.inbox.cases) == len(refs)
        goes_wrong(platform, Fault.EXPIRED_TOKEN, None)
        with pytest.raises(AuthenticationFailed):
            desk.read()

    def test_promise_09_refused_credentials_are_said_to_be_wrong(self, platform: Platform) -> None:
        """As AuthenticationFailed: only then the hub stops the channel and tells somebody."""
        cases_on(platform, 2)
        for fault in (Fault.WRONG_CREDENTIALS, Fault.SUSPENDED):
            if goes_wrong(platform, fault, None):
                desk = Desk(platform)
                with pytest.raises(AuthenticationFailed):
                    desk.read()
                assert desk.inbox.cases == ()
                platform.mend()


def _waits(platform: Platform, wait: timedelta) -> None:
    refs = cases_on(platform, 2)
    desk, asked = Desk(platform), platform.now()
    if goes_wrong(platform, Fault.RATE_LIMITED, after=wait):
        told = _told_to_wait(desk)
        if told is None:
            assert platform.now() >= asked + wait, "the platform asked to wait, and was asked again at once"
        else:
            assert told >= asked + wait, "the hub would come again too early"
    desk.read()
    assert len(desk.inbox.cases) == len(refs)


def _told_to_wait(desk: Desk) -> datetime | None:
    try:
        desk.read()
    except RateLimited as limited:
        return limited.after
    return None
