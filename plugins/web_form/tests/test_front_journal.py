"""The front door's record: never half written, nothing lost and nothing twice, whenever a process dies."""

from __future__ import annotations

import json
import os
import shutil
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from hub import AuthenticationFailed, Misunderstood, Unavailable, Uncertain
from hub.testing import Desk, SimulatedClock
from hub_web_form.entries import Entry, Kind, StoredFile, as_bytes, from_bytes
from hub_web_form.journal import IN_A_FOLDER, Journal
from hub_web_form.simulator import FrontSimulator

AT = datetime(2026, 3, 2, 12, tzinfo=UTC)


class Died(BaseException):
    """The process is gone."""


def entry(number: int = 1, case: str = "w0000000000000001", text: str = "Hej 漢字 🙂\x00") -> Entry:
    return Entry(
        f"m{number:016}",
        case,
        Kind.OPENED,
        AT,
        AT,
        text=text,
        details=(("Which?", "This: one"),),
        answers=(("Vilken?", "Den: där"),),
    )


def journal(folder: Path) -> Journal:
    return Journal(lambda: folder, lambda text: f"signed {text}")


def numbers(of: Journal) -> list[str]:
    found: list[str] = []
    while (one := of.entry(len(found) + 1)) is not None:
        found.append(one.id)
    return found


def test_an_entry_reads_back_as_it_was_written() -> None:
    whole = Entry(
        "m0000000000000001",
        "w0000000000000001",
        Kind.RETURN,
        AT,
        AT,
        text="a\r\nb\u2028c",
        files=(StoredFile("a.jpg", "image/jpeg", 3, "0" * 64),),
        suspicions=("it has 7 links",),
        automatic=True,
    )

    assert from_bytes(as_bytes(whole), "here") == whole


@pytest.mark.parametrize(
    "change",
    [
        {"version": 2},
        {"kind": "danced"},
        {"at": "yesterday"},
        {"text": 7},
        {"id": "../../etc/passwd"},
        {"case": "W"},
        {"files": [{"name": "a", "media_type": "b", "size": 1, "digest": "../secret.key"}]},
        {"surprise": 1},
    ],
    ids=str,
)
def test_a_damaged_entry_stops_the_channel_and_is_not_guessed_at(change: dict[str, object]) -> None:
    told = json.loads(as_bytes(entry())) | change

    with pytest.raises(Misunderstood, match="put it back from a backup"):
        from_bytes(json.dumps(told).encode(), "entry 1")


def test_what_was_written_is_numbered_without_gaps_and_found_by_its_case(tmp_path: Path) -> None:
    written = journal(tmp_path)
    for number in range(1, 8):
        assert written.append(entry(number, f"w000000000000000{number % 2}"))

    again = journal(tmp_path)
    assert again.last() == 7
    assert [one.id for one in again.conversation("w0000000000000001")] == [f"m{n:016}" for n in (1, 3, 5, 7)]
    assert again.conversation("w000000000000000f") == ()
    assert again.conversation("../../etc") == ()


def test_the_same_entry_is_written_once(tmp_path: Path) -> None:
    assert [journal(tmp_path).append(entry()) for _ in range(3)] == [True, False, False]
    assert journal(tmp_path).last() == 1


def test_numbers_go_on_in_the_next_folder(tmp_path: Path) -> None:
    written = journal(tmp_path)
    written.append(entry(1))
    shelf = tmp_path / "journal" / "00000"
    for number in range(2, IN_A_FOLDER):
        os.link(shelf / "000000001.json", shelf / f"{number:09}.json")
    (tmp_path / "journal" / "00001").mkdir()
    assert journal(tmp_path).last() == IN_A_FOLDER - 1
    journal(tmp_path).append(entry(2))

    assert journal(tmp_path).last() == IN_A_FOLDER
    assert (tmp_path / "journal" / "00001" / f"{IN_A_FOLDER:09}.json").is_file()


def test_many_writers_at_once_lose_nothing(tmp_path: Path) -> None:
    def write(first: int) -> None:
        own = journal(tmp_path)
        for number in range(first, first + 25):
            own.append(entry(number))

    threads = [threading.Thread(target=write, args=(1 + 100 * n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(numbers(journal(tmp_path))) == sorted(f"m{100 * n + i:016}" for n in range(4) for i in range(1, 26))


def dying_at(step: int, monkeypatch: pytest.MonkeyPatch) -> Callable[[], int]:
    """Let the process die at the so-manieth act that touches the disk for good; how many there were."""
    acts = 0

    def counted(act: Callable[..., object]) -> Callable[..., object]:
        def do(*given: object, **named: object) -> object:
            nonlocal acts
            acts += 1
            if acts == step:
                raise Died
            return act(*given, **named)

        return do

    for name in ("link", "fsync"):
        monkeypatch.setattr(os, name, counted(getattr(os, name)))
    return lambda: acts


def test_a_death_at_any_step_leaves_a_message_whole_or_not_there_and_trying_again_heals(tmp_path: Path) -> None:
    told = entry(2)
    for step in range(1, 40):
        place = tmp_path / str(step)
        place.mkdir()
        journal(place).append(entry(1))
        with pytest.MonkeyPatch.context() as patched:
            acts = dying_at(step, patched)
            try:
                journal(place).append(told)
            except Died:
                survived = False
            else:
                survived = True
        seen = numbers(journal(place))
        assert seen in (["m0000000000000001"], ["m0000000000000001", told.id])

        # The visitor was not told, so the browser sends the same form again.
        restarted = journal(place)
        restarted.heal()
        restarted.append(told)

        assert numbers(journal(place)) == ["m0000000000000001", told.id], f"after a death at step {step}"
        assert [one.id for one in restarted.conversation(told.case)] == ["m0000000000000001", told.id]
        if survived:
            assert acts() < step
            return
    pytest.fail("there was no end to the steps")


def test_a_full_disk_says_that_nothing_was_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written = journal(tmp_path)
    written.append(entry(1))

    def full(*given: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "link", full)
    with pytest.raises(Unavailable, match="No space left on device"):
        written.append(entry(2))

    assert numbers(written) == ["m0000000000000001"]


def test_a_disk_that_breaks_after_the_writing_says_that_nobody_knows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = journal(tmp_path)
    written.append(entry(1))
    whole, calls = os.fsync, 0

    def breaks(descriptor: int) -> None:
        nonlocal calls
        calls += 1
        if calls > 1:
            raise OSError(5, "Input/output error")
        whole(descriptor)

    monkeypatch.setattr(os, "fsync", breaks)
    with pytest.raises(Uncertain, match="Input/output error"):
        written.append(entry(2))


def test_a_record_of_another_key_is_not_taken_for_ones_own(tmp_path: Path) -> None:
    journal(tmp_path).append(entry())

    with pytest.raises(AuthenticationFailed, match=r"put back the secret\.key"):
        Journal(lambda: tmp_path, lambda text: f"forged {text}").identity()


# As the channel reads it


def test_a_record_that_lost_what_was_read_stops_the_channel(tmp_path: Path) -> None:
    door = FrontSimulator(SimulatedClock(), tmp_path)
    door.customer_writes("Where is it?")
    desk = Desk(door)
    desk.read()
    shutil.rmtree(door.folder() / "journal")

    with pytest.raises(Misunderstood, match="entry 1 is not there any more"):
        desk.read()


def test_a_number_that_is_given_anew_and_a_gap_stop_the_channel(tmp_path: Path) -> None:
    door = FrontSimulator(SimulatedClock(), tmp_path)
    desk = Desk(door)
    door.customer_writes("Where is it?")
    desk.read()
    shelf = door.folder() / "journal" / "00000"
    (shelf / "000000001.json").unlink()
    door.customer_writes("Nobody would ever read this one.")
    with pytest.raises(Misunderstood, match="entry 1 is not there any more"):
        desk.read()

    os.link(shelf / "000000001.json", shelf / "000000002.json")
    (shelf / "000000001.json").unlink()
    with pytest.raises(Misunderstood, match="entry 1 is missing between others"):
        Desk(door).read()


def test_a_new_record_in_the_place_of_the_old_one_is_read_from_its_beginning_and_told(tmp_path: Path) -> None:
    door = FrontSimulator(SimulatedClock(), tmp_path)
    door.customer_writes("Where is it?")
    desk = Desk(door)
    desk.read()
    shutil.rmtree(door.folder())
    door.folder().mkdir()
    with pytest.raises(Misunderstood, match="nothing is left of it"):
        desk.read()

    door.customer_writes("Is there a new one?")
    desk.read()

    assert len(desk.inbox.cases) == 2
    assert desk.inbox.notices == ["the folder of the front door is another one than before, and is read anew"]


def test_a_photo_that_is_gone_is_named_and_holds_nothing_up(tmp_path: Path) -> None:
    door = FrontSimulator(SimulatedClock(), tmp_path)
    ref = door.customer_writes("")
    for file in (door.folder() / "files").iterdir():
        file.unlink()
    desk = Desk(door)

    desk.read()

    [message] = desk.case(ref).messages
    assert (message.attachments, message.extra) == ((), {"lost_files": "photo.jpg"})
    assert desk.inbox.notices == [f"a file is not in the folder of the front door any more: photo.jpg of {ref}"]


def test_a_message_that_came_while_its_second_name_was_missing_is_answered_all_the_same(tmp_path: Path) -> None:
    door = FrontSimulator(SimulatedClock(), tmp_path)
    ref = door.customer_writes("Where is it?")
    desk = Desk(door)
    desk.read()
    reply = desk.reply(desk.case(ref), "Tomorrow.")
    desk.send(reply, desk.case(ref))
    [name] = [one for one in (door.folder() / "conversations" / ref).iterdir() if one.name.startswith("r")]
    name.unlink()

    assert desk.find(reply, desk.case(ref)) is not None
    assert desk.send(reply, desk.case(ref)).ref == name.stem
    assert door.received(ref) == ["Tomorrow."]
