"""Working time where other products were found wrong: one test for each, so that none of it comes to happen here.

Sources are the peers' code, tests and issues as of 2026; the instants are theirs wherever they published some.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from hub.core.targets import parse_step, reach
from hub.core.worktime import DAYS, Calendar, CalendarError, NeverOpen

HOUR = 3600
WEEKDAYS = DAYS[:5]


def calendar(
    tz: str,
    hours: Mapping[str, Sequence[str]] | str = "09:00-17:00",
    holidays: Sequence[date] = (),
    special: Mapping[date, Sequence[str]] | None = None,
) -> Calendar:
    """A calendar known for long; hours given as one text are those of Monday to Friday."""
    week = dict.fromkeys(WEEKDAYS, (hours,)) if isinstance(hours, str) else hours
    return Calendar(tz, week, holidays, special, valid_from=date(2000, 1, 1), valid_to=date(2060, 12, 31))


def at(text: str, tz: str = "UTC") -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(tz)).timestamp())


def local(instant: int, tz: str = "UTC") -> str:
    return f"{datetime.fromtimestamp(instant, ZoneInfo(tz)):%Y-%m-%d %H:%M:%S}".removesuffix(":00")


def test_seconds_of_a_pause_are_kept() -> None:
    """Zammad cuts pauses to whole minutes: its test expects 09:26:00 (spec/models/ticket/escalation_examples.rb)."""
    berlin = calendar("Europe/Berlin", "08:00-20:00", [date(2016, 11, 1)])
    pending = [(at("2016-11-01 15:59:58"), at("2016-11-07 13:26:36"))]

    due = berlin.add_paused(at("2016-11-01 15:59:14"), 20 * HOUR, pending)

    assert local(due) == "2016-11-09 09:26:36"


def test_hours_until_midnight_have_an_end() -> None:
    """Zammad's library ran for ever on 09:00 to 00:00, also in background jobs (zammad issue 2497, biz issue 130)."""
    week = dict.fromkeys(("mon", "tue", "wed", "thu", "sat"), ("09:00-00:00",))
    angeles = calendar("America/Los_Angeles", week)

    assert local(angeles.add(at("2019-02-05 21:40:28"), 120 * 60)) == "2019-02-05 23:40:28"
    assert local(angeles.next_open(at("2019-02-08 12:00")), angeles.tz) == "2019-02-09 09:00"
    with pytest.raises(CalendarError, match="there is no opening at all"):
        calendar("America/Los_Angeles", {})


def test_a_date_without_a_midnight_is_open_round_the_clock() -> None:
    """biz looked for 24:00 on the eve of a date without midnight for ever (zendesk/biz pulls 35 and 37)."""
    always = calendar("America/Sao_Paulo", dict.fromkeys(DAYS, ("00:00-24:00",)))
    since, until = at("2015-02-03 16:10:25"), at("2015-10-19 12:00")

    assert always.between(since, until) == until - since
    assert always.add(since, until - since) == until


def test_there_is_one_answer_to_whether_an_opening_in_the_gap_is_open() -> None:
    """biz says open for an instant that its periods say is never open (zendesk/biz interval.rb, periods, pull 66)."""
    angeles = calendar("America/Los_Angeles", {"sun": ("02:30-03:15",), "mon": ("09:00-17:00",)})
    tz = angeles.tz
    opened = angeles.next_open(at("2006-04-02 00:00", tz))

    assert local(opened, tz) == "2006-04-02 03:00"
    assert angeles.is_open(at("2006-04-02 03:10", tz))
    assert angeles.between(at("2006-04-02 00:00", tz), at("2006-04-03 00:00", tz)) == 15 * 60
    assert local(angeles.add(opened, 20 * 60), tz) == "2006-04-03 09:05"


def test_the_number_of_openings_until_a_deadline_is_not_limited() -> None:
    """OTRS stops after 500 rounds or 5 seconds and takes what it has by then (Kernel/System/DateTime.pm)."""
    brief = calendar("Europe/Berlin", {"mon": ("09:00-09:01",)})
    start = at("2026-01-05 08:00", brief.tz)

    due = brief.add(start, 1_200 * 60)

    assert local(due, brief.tz) == f"{date(2026, 1, 5) + timedelta(weeks=1_199)} 09:01"


def test_office_hours_keep_their_length_where_dst_begins_and_ends_at_midnight() -> None:
    """OTRS counted a solution time wrong over DST and collapsed in zones that change at midnight (pulls 787, 698)."""
    paulo = calendar("America/Sao_Paulo", dict.fromkeys(DAYS, ("08:00-20:00",)))
    spring, autumn = at("2015-10-17 12:00", paulo.tz), at("2016-02-20 12:00", paulo.tz)

    assert local(paulo.add(spring, 24 * HOUR), paulo.tz) == "2015-10-19 12:00"
    assert local(paulo.add(autumn, 24 * HOUR), paulo.tz) == "2016-02-22 12:00"
    assert paulo.add(spring, 24 * HOUR) - spring == 47 * HOUR
    assert paulo.add(autumn, 24 * HOUR) - autumn == 49 * HOUR


def test_a_deadline_may_lie_further_away_than_a_month() -> None:
    """RT's Business::Hours answers -1 beyond 30 days, and keeps one list element a second (Business/Hours.pm)."""
    year_off = [date(2026, 7, 1) + timedelta(days=number) for number in range(365)]
    office = calendar("Europe/London", holidays=year_off)

    assert local(office.add(at("2026-06-30 16:30", office.tz), HOUR), office.tz) == "2027-07-01 09:30"
    assert office.between(at("2026-07-01 00:00", office.tz), at("2027-07-01 00:00", office.tz)) == 0


def test_the_time_zone_of_the_process_changes_no_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    """RT sets the zone of its whole process around each calculation, ENV{TZ} and tzset (lib/RT/SLA.pm)."""
    start, found = at("2026-03-27 15:00"), set[tuple[object, ...]]()
    for zone in ("Pacific/Kiritimati", "America/Sao_Paulo", "Europe/Stockholm"):
        with monkeypatch.context() as patched:
            patched.setenv("TZ", zone)
            time.tzset()
            office = calendar("Europe/Amsterdam")
            due = office.add(start, 8 * HOUR)
            found.add((due, office.closing_of(date(2026, 3, 27)), office.explain(start, due), office.digest))
    time.tzset()

    assert [told[0] for told in found] == [at("2026-03-30 14:00")]


def test_two_calendars_in_two_zones_do_not_disturb_each_other() -> None:
    """RT's zone is one for the whole process, so that two calculations at a time would share it (lib/RT/SLA.pm)."""
    starts = [at("2026-01-01 00:00") + number * 7 * HOUR for number in range(400)]
    zones = ("Asia/Tokyo", "America/New_York")
    alone = {tz: [made.add(start, 8 * HOUR) for start in starts] for tz in zones for made in (calendar(tz),)}
    shared = {tz: calendar(tz) for tz in zones}

    with ThreadPoolExecutor(4) as pool:
        asked = [(tz, start, pool.submit(shared[tz].add, start, 8 * HOUR)) for start in starts for tz in zones]
    together = {tz: [answer.result() for zone, _, answer in asked if zone == tz] for tz in zones}

    assert together == alone
    assert alone["Asia/Tokyo"] != alone["America/New_York"]


def test_a_pause_is_taken_out_where_it_was_and_not_added_to_the_start() -> None:
    """Frappe added the time on hold to the creation (frappe/helpdesk pull 2449): nothing moves if that was at night."""
    office = calendar("Asia/Kolkata")
    created, hold = at("2026-11-20 18:00", office.tz), ("2026-11-23 10:00", "2026-11-23 11:00")

    due = office.add_paused(created, 2 * HOUR, [(at(hold[0], office.tz), at(hold[1], office.tz))])

    assert local(due, office.tz) == "2026-11-23 12:00"


def test_a_pause_outside_the_working_hours_moves_nothing() -> None:
    """ERPNext's own test expects 16:45 for a hold before opening (test_issue.py, test_hold_time_on_replied)."""
    office = calendar("Asia/Kolkata", "10:00-18:00")
    created, begin, end = (at(f"2020-03-04 {clock}", office.tz) for clock in ("04:00", "04:15", "05:00"))

    assert local(office.add_paused(created, 6 * HOUR, [(begin, end)]), office.tz) == "2020-03-04 16:00"


def test_no_working_time_is_zero_and_not_one_second() -> None:
    """ERPNext stores 1.0 where no working time passed (test_issue.py, first response time cases 4, 5 and 14)."""
    office = calendar("Asia/Kolkata", "10:00-18:00")
    nights = [("2021-06-28 19:00", "2021-06-28 20:00"), ("2021-06-27 10:00", "2021-06-27 11:00")]

    worked = [office.between(at(begin, office.tz), at(end, office.tz)) for begin, end in nights]

    assert worked == [0, 0]
    assert office.between(at("2021-06-28 17:59:59", office.tz), at("2021-06-29 06:00", office.tz)) == 1


def test_an_office_that_never_opens_is_an_error_and_not_elapsed_time() -> None:
    """Chatwoot counts elapsed time without a word when all days are closed (pull 13392 and its tests)."""
    start = at("2026-01-05 12:00")
    once = calendar("America/New_York", {}, special={date(2026, 1, 3): ["09:00-17:00"]})

    with pytest.raises(CalendarError, match="there is no opening at all"):
        calendar("America/New_York", dict.fromkeys(DAYS, ()))
    for target in ("8wh", "1wd"):
        with pytest.raises(NeverOpen, match="2026-01-03: add weekly opening hours"):
            reach(start, [parse_step(target)], once)


def test_half_a_minute_is_not_lost_overnight() -> None:
    """libredesk works in whole minutes: eight hours from 09:00:30 end at 09:01:00 (internal/sla/calculator.go)."""
    office = calendar("Asia/Kolkata")

    assert local(office.add(at("2026-11-16 09:00:30", office.tz), 8 * HOUR), office.tz) == "2026-11-17 09:00:30"


def test_seconds_are_not_lost_anew_on_each_day() -> None:
    """libredesk cuts to minutes once for every day that it passes (internal/sla/calculator.go)."""
    office = calendar("Asia/Kolkata")

    assert local(office.add(at("2026-11-16 09:00:30", office.tz), 80 * HOUR), office.tz) == "2026-11-30 09:00:30"


def test_a_short_target_outlasts_a_long_closure() -> None:
    """libredesk gives up a one-hour target after 25 closed days (the bound in internal/sla/calculator.go)."""
    summer = [date(2026, 7, 1) + timedelta(days=number) for number in range(31)]
    office = calendar("Europe/Stockholm", holidays=summer)

    assert local(office.add(at("2026-06-30 17:00", office.tz), HOUR), office.tz) == "2026-08-03 10:00"


def test_an_office_that_opens_once_a_week_has_a_deadline() -> None:
    """osTicket looks 72 hours ahead, and without an opening there the deadline is the start (issue 6739)."""
    mondays = calendar("America/Chicago", {"mon": ("09:00-17:00",)})

    assert local(mondays.add(at("2026-11-16 17:00", mondays.tz), HOUR), mondays.tz) == "2026-11-23 10:00"


def test_a_holiday_is_passed_over_however_many_hours_are_added() -> None:
    """pandas' CustomBusinessHour landed on the holiday with a day's hours or more (pandas issues 16867 and 29901)."""
    office = calendar("America/New_York", holidays=[date(2014, 1, 20)])
    friday, tz = at("2014-01-17 15:00", office.tz), office.tz
    dues = [office.add(friday, hours * HOUR) for hours in range(1, 30)]

    assert local(dues[6], tz) == "2014-01-21 14:00"
    assert local(dues[7], tz) == "2014-01-21 15:00"
    assert dues == sorted(set(dues))
    assert not any(local(due, tz).startswith("2014-01-20") for due in dues)


def test_holidays_zones_and_night_shifts_go_together() -> None:
    """businesstimedelta ran for ever, failed after the last holiday and skipped a shift under way (issues 9, 10, 8)."""
    angeles = calendar("America/Los_Angeles", "08:00-17:00", [date(2021, 11, 11)])
    tokyo = calendar("Asia/Tokyo", "09:00-16:00", [date(2021, 3, 15)])
    nights = calendar("Europe/Amsterdam", dict.fromkeys(DAYS, ("22:00-06:00",)))

    assert local(angeles.add(at("2021-11-10 17:00", angeles.tz), 4 * HOUR), angeles.tz) == "2021-11-12 12:00"
    assert local(tokyo.add(at("2021-03-13 00:00", tokyo.tz), 8 * HOUR), tokyo.tz) == "2021-03-17 10:00"
    assert local(nights.add(at("2026-11-18 01:00", nights.tz), 5 * HOUR), nights.tz) == "2026-11-18 06:00"


def test_free_days_put_a_deadline_off_and_never_bring_it_forward() -> None:
    """django-helpdesk subtracts them: 3 days with 3 free ones escalate at once (escalate_tickets.py)."""
    free = [date(2026, 11, 17), date(2026, 11, 18), date(2026, 11, 19)]
    start, steps = at("2026-11-16 12:00"), [parse_step("3wd")]

    without, with_them = (reach(start, steps, calendar("UTC", holidays=given))[-1].end for given in ((), free))

    assert local(without) == "2026-11-19 12:00"
    assert local(with_them) == "2026-11-24 12:00"


def test_hours_may_begin_and_end_within_an_hour_on_more_than_five_hundred_days() -> None:
    """OTOBO knows whole working hours only and leaves off after 500 rounds (Defaults.pm, Ticket.pm)."""
    office = calendar("Europe/Berlin", dict.fromkeys(WEEKDAYS, ("07:45-12:10", "12:55-16:20")))
    day = (4 * 60 + 25 + 3 * 60 + 25) * 60
    start = at("2026-01-05 07:45", office.tz)

    assert local(office.add(start, day), office.tz) == "2026-01-05 16:20"
    assert local(office.add(start, 601 * day), office.tz) == f"{date(2026, 1, 5) + timedelta(weeks=120)} 16:20"
