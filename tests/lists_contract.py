"""What every store must do with lists, their pages and counts, and with what is new; see tests/store_contract.py."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hub.core.events import Assigned, Classified, FactsLearnt, Happening, PortalTaskDone, PortalTaskGiven, StateChanged
from hub.core.model import Author, Case, CaseState, CaseType, Order, Party
from hub.core.outbox import Hold, ReplyState
from hub.core.paging import page_of
from hub.core.ports import CaseFilter, CaseSummary, Count, ListOrder, Recorded, Store
from hub.core.views import View, inbox_views
from hub.errors import NotFound, Refused
from tests.store_contract import (
    EVERY,
    NOON,
    NOTHING_OWED,
    Opener,
    evaluate,
    happen,
    mail,
    merge_cases,
    owed,
    reply_to,
    save_replies,
    take,
)

CLOSED = StateChanged(CaseState.CLOSED, Author.SELLER)
WAITING = StateChanged(CaseState.WAITING, Author.SELLER)
NEWEST = replace(EVERY, order=ListOrder.NEWEST)


def numbers(store: Store, **wanted: object) -> list[str]:
    """The cases that fit a filter of any state."""
    return [case.number for case in store.cases(replace(EVERY, **wanted))]  # type: ignore[arg-type]  # each test's own


def some_cases(store: Store, count: int) -> list[str]:
    return [take(store, mail(f"m{n}", after=n))[0] for n in range(count)]


def of(store: Store, email: str, ref: str, after: int = 0, channel: str = "shop") -> str:
    """A case of the customer with this address."""
    return take(store, mail(ref, sender=Party("Bo", email), after=after), channel=channel)[0]


class ListsContract:
    """Every promise of the Store port about lists and news."""

    @pytest.fixture
    def crowd(self, store: Store) -> Store:
        """A store with cases of all kinds."""
        make_crowd(store, 24)
        return store

    # Filters

    def test_a_list_can_be_of_several_channels_and_types(self, store: Store) -> None:
        one, two, three = (take(store, mail("a"), channel=name)[0] for name in ("shop", "annan", "åtta"))
        happen(store, one, Classified(CaseType.RETURN))
        happen(store, two, Classified(CaseType.DELAY))

        assert set(numbers(store, channels=frozenset({"shop", "åtta"}))) == {one, three}
        assert set(numbers(store, types=frozenset({CaseType.RETURN, CaseType.DELAY}))) == {one, two}
        assert numbers(store, channels=frozenset({"annan"}), types=frozenset({CaseType.RETURN})) == []

    def test_the_unassigned_cases_are_those_that_nobody_has(self, store: Store) -> None:
        one, two = some_cases(store, 2)
        happen(store, one, Assigned("åsa"))

        assert numbers(store, unassigned=True) == [two]
        assert [case.number for case in store.cases(CaseFilter(unassigned=True))] == [two]
        assert [case.number for case in store.cases(CaseFilter(assignee="åsa"))] == [one]
        assert numbers(store, unassigned=True, assignee="åsa") == []
        assert store.cases(CaseFilter(unassigned=True, assignee="åsa")) == []

    def test_a_span_of_due_instants_has_its_beginning_and_not_its_end(self, store: Store) -> None:
        early, middle, late, undated = some_cases(store, 4)
        due = NOON.replace(microsecond=0)
        for number, hours in ((early, 1), (middle, 2), (late, 3)):
            evaluate(store, number, owed(due, due + timedelta(hours=hours)))
        evaluate(store, undated, owed(due, None, "no calendar"))

        span = CaseFilter(due_from=due + timedelta(hours=1), due_before=due + timedelta(hours=3))
        assert [case.number for case in store.cases(span)] == [early, middle]
        assert [case.number for case in store.cases(CaseFilter(due_from=due + timedelta(hours=3)))] == [late]

    def test_a_span_of_openings_has_its_beginning_and_not_its_end(self, store: Store) -> None:
        first, second, third = some_cases(store, 3)
        begin, end = NOON + timedelta(minutes=1), NOON + timedelta(minutes=2)

        assert numbers(store, opened_since=begin) == [second, third]
        assert numbers(store, opened_until=end) == [first, second]
        assert numbers(store, opened_since=begin, opened_until=end) == [second]

    def test_cases_of_a_customer_are_found_whatever_case_and_spaces(self, store: Store) -> None:
        one = of(store, "Åsa.Öberg@Kund.example", "a")
        two = of(store, " åsa.öberg@kund.EXAMPLE", "b", after=1, channel="annan")
        of(store, "asa.oberg@kund.example", "c")

        assert numbers(store, customer_email="åsa.öberg@kund.example", order=ListOrder.NEWEST) == [two, one]
        assert numbers(store, customer_email="ÅSA.ÖBERG@KUND.EXAMPLE ", channel="shop") == [one]

    def test_cases_of_an_order_are_found_whatever_case_and_spaces(self, store: Store) -> None:
        one, two, _ = some_cases(store, 3)
        happen(store, one, FactsLearnt(order=Order("FY-77 12")))
        happen(store, two, FactsLearnt(order=Order("fy-7712")))

        assert set(numbers(store, order_number="Fy-７７12")) == {one, two}

    @pytest.mark.parametrize("field", ["customer_email", "order_number"])
    @pytest.mark.parametrize("text", [" ", "\t\n", "\u3000"])
    def test_spaces_alone_are_nobodys_address_and_no_order(self, store: Store, field: str, text: str) -> None:
        of(store, "", "a")
        of(store, " ", "b")

        assert numbers(store, **{field: text}) == []

    def test_the_other_cases_of_a_customer_are_told_newest_first(self, store: Store) -> None:
        first = of(store, "Bo@kund.example", "a")
        second = of(store, "bo@kund.example", "b", after=2, channel="annan")
        third = of(store, "BO@kund.example ", "c", after=1)
        gone = of(store, "bo@kund.example", "d", after=3)
        merge_cases(store, third, gone)
        happen(store, first, CLOSED, after=70)

        assert [case.number for case in store.others(second)] == [first, third]
        assert [case.number for case in store.others(first)] == [third, second]
        assert [case.number for case in store.others(first, limit=1)] == [third]
        with pytest.raises(NotFound):
            store.others("CH-9999")

    def test_the_other_cases_about_an_order_are_told_whoever_wrote_them(self, store: Store) -> None:
        one, two = of(store, "bo@kund.example", "a"), of(store, "eva@kund.example", "b", after=1)
        three = of(store, "Bo@kund.example", "c", after=2)
        for number in (one, two):
            happen(store, number, FactsLearnt(order=Order("FY-77")), after=number == two)

        assert [case.number for case in store.others(one)] == [three, two]
        assert [case.number for case in store.others(two)] == [one]
        assert [case.number for case in store.others(three)] == [one]

    def test_customers_whose_address_is_unknown_have_no_other_cases(self, store: Store) -> None:
        number = of(store, "", "a")
        of(store, "", "b")
        of(store, " ", "c")

        assert store.others(number) == []
        assert store.others(take(store, mail("d", sender=Party("Bo", " ")))[0]) == []

    def test_cases_with_something_to_do_in_a_portal_are_listed_until_it_is_done(self, store: Store) -> None:
        one, two = some_cases(store, 2)
        for number in (one, two):
            happen(store, number, PortalTaskGiven(f"k{number}", "close", "close it", "Press"))
        happen(store, one, PortalTaskDone(f"k{one}"))

        assert numbers(store, task=True) == [two]

    def test_cases_are_listed_by_what_became_of_their_replies(self, store: Store) -> None:
        failed, held, grown, sent, _ = some_cases(store, 5)
        save_replies(
            store,
            reply_to(failed, "k1", state=ReplyState.FAILED),
            reply_to(failed, "k2", state=ReplyState.REJECTED),
            reply_to(held, "k3", state=ReplyState.HELD, hold=Hold.APPROVAL),
            reply_to(grown, "k4", state=ReplyState.HELD, hold=Hold.GROWN),
            reply_to(sent, "k5", state=ReplyState.DELIVERED, hold=Hold.APPROVAL),
        )

        assert numbers(store, reply_states=frozenset({ReplyState.FAILED, ReplyState.REJECTED})) == [failed]
        assert numbers(store, reply_holds=frozenset({Hold.APPROVAL})) == [held]
        both = numbers(store, reply_states=frozenset({ReplyState.DELIVERED}), reply_holds=frozenset({Hold.GROWN}))
        assert set(both) == {grown, sent}
        save_replies(store, reply_to(held, "k3", state=ReplyState.QUEUED))
        assert numbers(store, reply_holds=frozenset({Hold.APPROVAL})) == []

    @settings(
        max_examples=300, derandomize=True, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
    )
    @given(data=st.data())
    def test_whatever_is_asked_for_list_count_and_pages_agree(self, crowd: Store, data: st.DataObject) -> None:
        wanted = data.draw(filters())
        fits = fitting(crowd, wanted)

        listed = list(crowd.cases(wanted))

        assert {case.number for case in listed} == fits
        assert crowd.count(wanted) == Count(len(fits))
        assert list(pages(crowd, wanted, data.draw(st.integers(1, 5)))) == listed

    # Pages

    @pytest.mark.parametrize("order", ListOrder)
    def test_pages_end_with_the_list(self, store: Store, order: ListOrder) -> None:
        some_cases(store, 4)

        first = page_of(store, CaseFilter(order=order, limit=2))
        last = page_of(store, CaseFilter(order=order, limit=2, after=first.after))

        assert [*first.cases, *last.cases] == list(store.cases(CaseFilter(order=order)))
        assert (bool(first.after), last.after) == (True, "")
        assert page_of(store, CaseFilter(order=order)).after == ""
        assert page_of(store, CaseFilter(order=order, limit=0)).after == ""

    @pytest.mark.parametrize(
        "cursor", ["x", "due", "due.1.2", "newest.1.2", "due.0.1.0.0.1.1.x", f"due.0.1.0.0.1.1.{'9' * 30}"]
    )
    def test_what_is_no_cursor_of_the_list_is_refused(self, store: Store, cursor: str) -> None:
        with pytest.raises(Refused, match="begin with the first page"):
            store.cases(CaseFilter(after=cursor))

    @settings(
        max_examples=60, derandomize=True, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
    )
    @given(data=st.data())
    def test_whoever_pages_through_a_list_that_moves_meets_each_unmoved_case_once(
        self, fresh: Opener, data: st.DataObject
    ) -> None:
        store = fresh()
        try:
            made = make_crowd(store, data.draw(st.integers(1, 9)))
            wanted = CaseFilter(order=data.draw(st.sampled_from(ListOrder)), limit=data.draw(st.integers(1, 3)))
            there = {case.number for case in store.cases(replace(wanted, limit=None))}
            moved: set[str] = set()
            seen: list[str] = []
            while True:
                page = page_of(store, wanted)
                seen += [case.number for case in page.cases]
                if not page.after:
                    break
                wanted = replace(wanted, after=page.after)
                moved |= _move_some(store, made, data)

            assert there - moved <= set(seen)
            assert [number for number in seen if seen.count(number) > 1 and number not in moved] == []
        finally:
            store.close()

    # Search within a filter

    def test_what_is_searched_within_a_filter_fits_both(self, store: Store) -> None:
        one = take(store, mail("a", "äpple och päron"))[0]
        two = take(store, mail("b", "äpple", after=1), channel="annan")[0]
        closed = take(store, mail("c", "äppelträd", after=2))[0]
        happen(store, closed, CLOSED)

        def within(**wanted: object) -> list[str]:
            only = replace(EVERY, **wanted)  # type: ignore[arg-type]  # each call's own
            return [case.number for case in store.search("äpp", within=only)]

        assert within() == [closed, two, one] == [case.number for case in store.search("äpp")]
        assert within(channel="shop") == [closed, one]
        assert within(states=CaseFilter().states) == [two, one]
        assert within(channel="shop", limit=0, order=ListOrder.DUE, after="x") == [closed, one]
        assert [case.number for case in store.search(two, within=CaseFilter(channel="shop"))] == []

    # Counts

    def test_counting_stops_at_its_cap(self, store: Store) -> None:
        some_cases(store, 3)

        assert store.count(CaseFilter()) == store.count(CaseFilter(), cap=3) == Count(3)
        assert store.count(CaseFilter(limit=1, order=ListOrder.NEWEST), cap=2) == Count(2, more=True)
        assert (str(Count(2, more=True)), str(Count(3))) == ("2+", "3")
        assert store.count(CaseFilter(channel="none"), cap=2) == Count(0)

    def test_every_view_counts_what_it_lists(self, crowd: Store) -> None:
        views = inbox_views(NOON + timedelta(hours=3), "åsa")

        counts = crowd.view_counts(views)

        assert counts == {view.key: Count(len(crowd.cases(view.wanted))) for view in views}
        assert sum(count.number > 0 for count in counts.values()) >= 9
        assert crowd.view_counts([View("all", EVERY)], cap=1) == {"all": Count(1, more=True)}

    # What is new

    def test_every_event_is_told_once_and_in_order_from_any_place(self, store: Store) -> None:
        one, two = some_cases(store, 2)
        middle = store.version().last_event
        happen(store, one, Assigned("åsa"), CLOSED)
        happen(store, two, Assigned("bo"))

        found, end = store.events_since(0)

        assert [event.cursor for event in found] == sorted({event.cursor for event in found})
        for number in (one, two):
            assert [event.event for event in found if event.case_number == number] == list(store.history(number))
        assert {event.channel for event in found} == {"shop"}
        assert (end, store.events_since(end)) == (store.version().last_event, ([], end))
        assert list(store.events_since(middle)[0]) == [event for event in found if event.cursor > middle]
        assert [event.cursor for event in told_in_steps(store, 2)] == [event.cursor for event in found]

    @pytest.mark.parametrize("cursor", [-1, 1, 10**12])
    def test_a_place_where_no_event_is_yet_is_refused(self, store: Store, cursor: int) -> None:
        with pytest.raises(Refused, match=f"no event {cursor}"):
            store.events_since(cursor)

    def test_whoever_follows_the_events_misses_none_while_others_write(self, store: Store, reopen: Opener) -> None:
        handles = [store, reopen(), reopen()]

        def write(which: int) -> None:
            for n in range(15):
                take(handles[which], mail(f"{which}-{n}"), channel=f"shop{which}")

        threads = [threading.Thread(target=write, args=(which,)) for which in (1, 2)]
        for thread in threads:
            thread.start()
        cursor, seen = 0, list[int]()
        while any(thread.is_alive() for thread in threads):
            found, cursor = store.events_since(cursor, limit=7)
            seen += [event.cursor for event in found]
        for thread in threads:
            thread.join()
        seen += [event.cursor for event in store.events_since(cursor)[0]]

        assert seen == [event.cursor for event in store.events_since(0)[0]]

    def test_the_version_changes_with_whatever_is_written_and_with_nothing_else(
        self, store: Store, reopen: Opener
    ) -> None:
        other = reopen()
        versions = [store.version()]
        for write in writes(store, other):
            write()
            versions.append(store.version())
            assert store.cases(EVERY)
            assert store.version() == versions[-1]

        assert len(set(versions)) == len(versions)
        assert versions[-1].last_event == len(store.events_since(0)[0])

    def test_the_version_of_a_closed_store_is_not_told(self, fresh: Opener) -> None:
        store = fresh()
        store.version()
        store.close()

        with pytest.raises(Exception, match="is closed"):
            store.version()


def writes(store: Store, other: Store) -> Iterator[Callable[[], object]]:
    """A new case, a reply, a fact and an evaluation, by this handle and by another one."""
    for handle, ref in ((store, "a"), (other, "b")):
        yield lambda handle=handle, ref=ref: take(handle, mail(ref))  # type: ignore[misc]  # bound at once
        number = handle.cases(EVERY)[0].number
        yield lambda handle=handle, number=number, ref=ref: save_replies(handle, reply_to(number, ref))  # type: ignore[misc]
        yield lambda handle=handle, number=number: evaluate(handle, number, NOTHING_OWED)  # type: ignore[misc]


def told_in_steps(store: Store, limit: int) -> Iterator[Recorded]:
    """All events, a few at a time."""
    found, cursor = store.events_since(0, limit)
    while found:
        yield from found
        found, cursor = store.events_since(cursor, limit)


def pages(store: Store, wanted: CaseFilter, limit: int) -> Iterator[CaseSummary]:
    """A list as it is read page by page."""
    page = page_of(store, replace(wanted, limit=limit))
    yield from page.cases
    while page.after:
        page = page_of(store, replace(wanted, limit=limit, after=page.after))
        yield from page.cases


def make_crowd(store: Store, count: int) -> list[str]:
    """Cases that differ in whatever one can filter by, and several of which are sorted alike."""
    made = [
        of(store, ("bo@x.example", "", "Eva@x.example")[n % 3], f"m{n}", after=n // 3, channel=f"shop{n % 2}")
        for n in range(count)
    ]
    due = NOON.replace(microsecond=0)
    dues = (due, due + timedelta(hours=2), due + timedelta(hours=4), None)
    for place, number in enumerate(made):
        if place % 3 == 0:
            happen(store, number, Assigned("åsa"), Classified(CaseType.MISSING_ITEM), after=place // 4)
        if place % 4 == 1:
            happen(store, number, FactsLearnt(order=Order(f"O-{place % 8}")), PortalTaskGiven("k", "close", "it", "so"))
        if place % 5 == 2:
            happen(store, number, (CLOSED, WAITING)[place % 2], after=99)
        if place % 5 != 4:
            problem = "" if dues[place % 4] else "no calendar"
            evaluate(store, number, owed(due - timedelta(hours=place % 2), dues[place % 4], problem))
        state = (*ReplyState, *ReplyState)[place % len(ReplyState)]
        hold = tuple(Hold)[place % len(Hold)] if state is ReplyState.HELD else None
        save_replies(store, reply_to(number, f"r{place}", state=state, hold=hold))
    save_replies(store, *(reply_to(made[0], f"a{n}", state=ReplyState.HELD, hold=hold) for n, hold in enumerate(Hold)))
    return made


def filters() -> st.SearchStrategy[CaseFilter]:
    """Filters of which several fields restrict at once."""
    instants = st.sampled_from([None, NOON, NOON + timedelta(hours=2), NOON + timedelta(hours=4)])
    some = {
        "states": st.frozensets(st.sampled_from(CaseState)),
        "channel": st.sampled_from(["", "", "shop0"]),
        "channels": st.sampled_from([frozenset(), frozenset({"shop1"}), frozenset({"shop0", "shop1"})]),
        "assignee": st.sampled_from(["", "", "åsa"]),
        "unassigned": st.sampled_from([False, False, True]),
        "type": st.sampled_from([None, None, CaseType.MISSING_ITEM]),
        "types": st.sampled_from([frozenset(), frozenset({CaseType.UNKNOWN, CaseType.MISSING_ITEM})]),
        "due_before": instants,
        "due_from": instants,
        "changed_since": st.sampled_from([None, None, NOON + timedelta(minutes=2)]),
        "opened_since": st.sampled_from([None, None, NOON + timedelta(minutes=1)]),
        "opened_until": st.sampled_from([None, None, NOON + timedelta(minutes=3)]),
        "customer_email": st.sampled_from(["", "", "", "BO@x.example", " "]),
        "order_number": st.sampled_from(["", "", "", "o-1"]),
        "task": st.sampled_from([False, False, True]),
        "reply_states": st.frozensets(st.sampled_from(ReplyState), max_size=2),
        "reply_holds": st.frozensets(st.sampled_from(Hold), max_size=1),
        "order": st.sampled_from(ListOrder),
    }
    return st.dictionaries(st.sampled_from(sorted(some)), st.none(), max_size=4).flatmap(
        lambda names: st.builds(CaseFilter, **{name: some[name] for name in names})
    )


def fitting(store: Store, wanted: CaseFilter) -> set[str]:
    """The cases that fit, found by looking at each of them."""
    return {line.number for line in store.cases(EVERY) if _fits(store, store.case(line.number), line, wanted)}


def _fits(store: Store, case: Case, line: CaseSummary, wanted: CaseFilter) -> bool:
    due = line.deadline.due if line.deadline else None
    replies = store.replies(case_number=case.number)
    by_reply = any(
        reply.state in wanted.reply_states or (reply.state is ReplyState.HELD and reply.hold in wanted.reply_holds)
        for reply in replies
    )
    order = case.order.number if case.order else ""
    return all(
        (
            not wanted.states or case.state in wanted.states,
            not wanted.channel or case.channel == wanted.channel,
            not wanted.channels or case.channel in wanted.channels,
            not wanted.assignee or case.assignee == wanted.assignee,
            not wanted.unassigned or not case.assignee,
            wanted.type is None or case.type is wanted.type,
            not wanted.types or case.type in wanted.types,
            wanted.due_before is None or (due is not None and due < wanted.due_before),
            wanted.due_from is None or (due is not None and due >= wanted.due_from),
            wanted.changed_since is None or case.changed_at >= wanted.changed_since,
            wanted.opened_since is None or case.opened_at >= wanted.opened_since,
            wanted.opened_until is None or case.opened_at < wanted.opened_until,
            not wanted.customer_email or case.customer.email.lower() == wanted.customer_email.lower().strip() != "",
            not wanted.order_number or order.lower() == wanted.order_number.lower(),
            not wanted.task or bool(case.open_tasks),
            not (wanted.reply_states or wanted.reply_holds) or by_reply,
        )
    )


_HAPPENINGS: tuple[Happening, ...] = (CLOSED, WAITING, Assigned("bo"), Classified(CaseType.MISSING_ITEM))


def _move_some(store: Store, made: list[str], data: st.DataObject) -> set[str]:
    """Let something happen to a case or two, and another one come."""
    moved = data.draw(st.sets(st.sampled_from(made), max_size=2))
    for number in sorted(moved):
        happening = data.draw(st.sampled_from(_HAPPENINGS))
        happen(store, number, happening, after=data.draw(st.integers(0, 200)))
    if data.draw(st.booleans()):
        take(store, mail(f"new{len(store.cases(EVERY))}", after=data.draw(st.integers(-60, 200))))
    return moved
