"""The pretended IMAP server, spoken to by the clients that people use."""

from __future__ import annotations

import imaplib
import socket
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from email.message import EmailMessage
from email.mime.message import MIMEMessage
from email.mime.multipart import MIMEMultipart
from email.policy import SMTP

import pytest
from imapclient import IMAPClient
from imapclient.exceptions import IMAPClientError, LoginError

from hub.errors import NotFound
from hub_email_imap.simulator import MailPlatform, MailServers

USER = "kundtjanst@shop.example"
PASSWORD = 'hemligt "Åsa" \\ 漢字 🙂'
NOON = datetime(2026, 11, 9, 12, 0, tzinfo=UTC)
UGLY = "Kundtjänst/Förfrågningar & 漢字 🙂"


@pytest.fixture
def platform() -> MailPlatform:
    platform = MailPlatform(lambda: NOON)
    platform.add_user(USER, PASSWORD)
    return platform


@pytest.fixture
def servers(platform: MailPlatform) -> Iterator[MailServers]:
    with MailServers(platform) as running:
        yield running


@pytest.fixture
def client(servers: MailServers) -> Iterator[IMAPClient]:
    with IMAPClient(servers.host, port=servers.imap_port, ssl=False) as client:
        client.plain_login(USER, PASSWORD)
        yield client


@pytest.fixture
def plain(servers: MailServers) -> Iterator[socket.socket]:
    """A connection that says exactly what a test writes."""
    with socket.create_connection((servers.host, servers.imap_port), timeout=5) as connection:
        assert connection.recv(4096).startswith(b"* OK [CAPABILITY IMAP4rev1 LITERAL+ ")
        yield connection


def mail(subject: str = "Fråga", text: str = "Åsa Öberg 漢字 🙂\n", message_id: str = "<1@post.example>") -> bytes:
    message = EmailMessage(SMTP)
    message["From"] = "Åsa Öberg <asa@post.example>"
    message["To"] = USER
    message["Subject"] = subject
    message["Message-ID"] = message_id
    message.set_content(text)
    return message.as_bytes()


def say(connection: socket.socket, line: bytes) -> bytes:
    """Send a line and return the answer up to its tagged line."""
    connection.sendall(line + b"\r\n")
    answer = b""
    tag = line.partition(b" ")[0]
    while not answer.splitlines()[-1:] or not answer.splitlines()[-1].startswith((tag + b" ", b"* BAD")):
        received = connection.recv(65536)
        if not received:
            break
        answer += received
    return answer


def sign_in(connection: socket.socket) -> None:
    name, password = USER.encode(), PASSWORD.encode()
    line = b"a LOGIN {%d+}\r\n%b {%d+}\r\n%b" % (len(name), name, len(password), password)
    assert say(connection, line).startswith(b"a OK [CAPABILITY IMAP4rev1 ")


def test_a_client_signs_in_with_any_letters_in_the_password(client: IMAPClient) -> None:
    client.noop()

    assert client.has_capability("UIDPLUS")


def test_capabilities_differ_before_and_after_sign_in(servers: MailServers) -> None:
    with IMAPClient(servers.host, port=servers.imap_port, ssl=False) as client:
        before = client.capabilities()
        client.plain_login(USER, PASSWORD)
        after = client.capabilities()

    assert (b"AUTH=PLAIN" in before, b"MOVE" in before) == (True, False)
    assert (b"AUTH=PLAIN" in after, b"MOVE" in after) == (False, True)


def test_a_wrong_password_is_told_as_such(servers: MailServers) -> None:
    with (
        IMAPClient(servers.host, port=servers.imap_port, ssl=False) as client,
        pytest.raises(LoginError, match="AUTHENTICATIONFAILED"),
    ):
        client.login(USER, "wrong")


def test_imaplib_signs_in_with_quotes_and_finds_a_mail(platform: MailPlatform, servers: MailServers) -> None:
    platform.add_user("plain@shop.example", 'p"a\\ss word')
    platform.put("plain@shop.example", mail())
    with imaplib.IMAP4(servers.host, servers.imap_port) as client:
        client.login("plain@shop.example", 'p"a\\ss word')
        client.select("INBOX", readonly=True)
        found = client.uid("SEARCH", "ALL")
        client.close()

    assert found == ("OK", [b"1"])


def test_authenticate_plain_takes_the_credentials_in_a_line_of_their_own(servers: MailServers) -> None:
    with imaplib.IMAP4(servers.host, servers.imap_port) as client:
        outcome = client.authenticate("PLAIN", lambda _challenge: f"\0{USER}\0{PASSWORD}".encode())

    assert outcome[0] == "OK"


def test_nothing_is_told_before_sign_in(plain: socket.socket) -> None:
    assert say(plain, b"a SELECT INBOX").startswith(b"a BAD ")


def test_folders_are_listed_with_their_special_use_and_their_letters(
    platform: MailPlatform, client: IMAPClient
) -> None:
    platform.add_folder(USER, UGLY)
    listed = {name: flags for flags, _, name in client.list_folders()}

    assert list(listed) == ["INBOX", "Drafts", "Junk", "Kundtjänst", UGLY, "Sent", "Trash"]
    assert listed["Sent"] == (b"\\HasNoChildren", b"\\Sent")
    assert listed["Kundtjänst"] == (b"\\HasChildren",)


def test_a_folder_name_is_written_in_modified_utf7(platform: MailPlatform, plain: socket.socket) -> None:
    platform.add_folder(USER, UGLY)
    sign_in(plain)

    assert b'"Kundtj&AOQ-nst/F&APY-rfr&AOU-gningar &- &byJbVw- &2D3eQg-"' in say(plain, b'b LIST "" "*gningar*"')


def test_a_pattern_with_percent_stops_at_the_separator(platform: MailPlatform, client: IMAPClient) -> None:
    platform.add_folder(USER, UGLY)

    assert [name for _, _, name in client.list_folders("", "K%")] == ["Kundtjänst"]
    assert [name for _, _, name in client.list_folders("Kundtjänst/", "%")] == [UGLY]
    assert [name for _, _, name in client.list_folders("", "inbox")] == ["INBOX"]


def test_a_folder_with_odd_letters_is_selected_and_told_apart_from_a_missing_one(
    platform: MailPlatform, client: IMAPClient
) -> None:
    platform.add_folder(USER, UGLY)
    platform.put(USER, mail(), UGLY)

    assert client.select_folder(UGLY, readonly=True)[b"EXISTS"] == 1
    with pytest.raises(IMAPClientError, match="NONEXISTENT"):
        client.select_folder("Förfrågningar")


def test_namespace_id_and_status_are_answered(platform: MailPlatform, client: IMAPClient) -> None:
    platform.put(USER, mail())

    assert client.namespace().personal == (("", "/"),)
    assert client.id_({"name": "test"})[0][:2] == (b"name", b"casehub pretended mail server")
    assert client.folder_status("INBOX", ["MESSAGES", "UIDNEXT", "UNSEEN"]) == {
        b"MESSAGES": 1,
        b"UIDNEXT": 2,
        b"UNSEEN": 1,
    }


def test_select_tells_what_a_sync_needs(platform: MailPlatform, client: IMAPClient) -> None:
    platform.put(USER, mail())
    opened = client.select_folder("INBOX")
    examined = client.select_folder("INBOX", readonly=True)

    assert (opened[b"EXISTS"], opened[b"UIDNEXT"], opened[b"READ-WRITE"]) == (1, 2, True)
    assert opened[b"UIDVALIDITY"] == platform.folder(USER).uidvalidity
    assert b"READ-WRITE" not in examined


def test_a_mail_comes_back_byte_for_byte_and_unseen(platform: MailPlatform, client: IMAPClient) -> None:
    raw = b'Subject: \xe5\xff\r\nnot a header\r\n\r\n8 bit \xe5 and a NUL \x00 and ("\\)}{5}\r\n'
    uid = platform.put(USER, raw)
    client.select_folder("INBOX")
    fetched = client.fetch([uid], ["BODY.PEEK[]", "INTERNALDATE", "FLAGS", "RFC822.SIZE"])[uid]

    assert fetched[b"BODY[]"] == raw
    assert fetched[b"RFC822.SIZE"] == len(raw)
    assert fetched[b"INTERNALDATE"].astimezone(UTC).replace(tzinfo=UTC) == NOON
    assert fetched[b"FLAGS"] == ()
    assert platform.changes == []


def test_lone_line_feeds_become_crlf_when_a_mail_is_laid_down(platform: MailPlatform) -> None:
    platform.put(USER, b"Subject: x\n\none\r\ntwo\n")

    assert platform.messages(USER)[0].raw == b"Subject: x\r\n\r\none\r\ntwo\r\n"


def test_reading_without_peek_marks_a_mail_seen_and_is_counted(platform: MailPlatform, client: IMAPClient) -> None:
    uid = platform.put(USER, mail())
    client.select_folder("INBOX")
    answer = client.fetch([uid], ["BODY[]"])

    assert answer[uid][b"FLAGS"] == (b"\\Seen",)
    assert platform.messages(USER)[0].flags == {"\\Seen"}
    assert platform.changes == ["UID FETCH"]


def test_reading_without_peek_changes_nothing_in_an_examined_folder(platform: MailPlatform, client: IMAPClient) -> None:
    uid = platform.put(USER, mail())
    client.select_folder("INBOX", readonly=True)
    client.fetch([uid], ["BODY[]", "RFC822"])

    assert (platform.messages(USER)[0].flags, platform.changes) == (frozenset(), [])


def test_parts_of_a_mail_are_cut_out(platform: MailPlatform, client: IMAPClient) -> None:
    raw = b"From: a@x.example\r\nSubject: long\r\n  folded\r\nTo: b@x.example\r\n\r\nHej!\r\n"
    uid = platform.put(USER, raw)
    client.select_folder("INBOX", readonly=True)
    asked = ["BODY.PEEK[HEADER]", "BODY.PEEK[TEXT]", "BODY.PEEK[HEADER.FIELDS (subject)]", "BODY.PEEK[]<6.5>"]
    fetched = client.fetch([uid], asked)[uid]

    assert fetched[b"BODY[HEADER]"] + fetched[b"BODY[TEXT]"] == raw
    assert fetched[b"BODY[TEXT]"] == b"Hej!\r\n"
    assert fetched[b"BODY[HEADER.FIELDS (SUBJECT)]"] == b"Subject: long\r\n  folded\r\n\r\n"
    assert fetched[b"BODY[]<6>"] == raw[6:11]
    assert client.fetch([uid], ["BODY.PEEK[]<9999.5>"])[uid][b"BODY[]<9999>"] == b""


def test_the_structure_of_a_mail_leads_to_its_attachment(platform: MailPlatform, client: IMAPClient) -> None:
    message = EmailMessage(SMTP)
    message.set_content("Hej\n")
    message.add_attachment(b"%PDF-1.4 \xe5", maintype="application", subtype="pdf", filename="Kvitto åäö.pdf")
    uid = platform.put(USER, message.as_bytes())
    client.select_folder("INBOX", readonly=True)
    fetched = client.fetch([uid], ["BODYSTRUCTURE", "BODY.PEEK[2]", "BODY.PEEK[3]"])[uid]
    text, pdf = fetched[b"BODYSTRUCTURE"][0]

    assert (text[:2], pdf[:2]) == ((b"TEXT", b"PLAIN"), (b"APPLICATION", b"PDF"))
    assert pdf[8] == (b"ATTACHMENT", (b"FILENAME*", b"utf-8''Kvitto%20%C3%A5%C3%A4%C3%B6%2Epdf"))
    assert pdf[6] == len(fetched[b"BODY[2]"])
    assert fetched[b"BODY[2]"] == b"JVBERi0xLjQg5Q==\r\n"
    assert fetched[b"BODY[3]"] is None


def test_the_structure_looks_into_an_enclosed_mail(platform: MailPlatform, client: IMAPClient) -> None:
    inner = EmailMessage(SMTP)
    inner["Subject"] = "Inre"
    inner["From"] = "Jürgen <j@x.example>"
    inner.set_content("text inside\n")
    outer = MIMEMultipart("mixed", policy=SMTP)
    outer.attach(MIMEMessage(inner))
    uid = platform.put(USER, outer.as_bytes())
    client.select_folder("INBOX", readonly=True)
    fetched = client.fetch([uid], ["BODYSTRUCTURE", "BODY.PEEK[1]", "BODY.PEEK[1.1]", "BODY.PEEK[1.1.1]"])[uid]
    enclosed = fetched[b"BODYSTRUCTURE"][0][0]

    assert enclosed[:2] == (b"MESSAGE", b"RFC822")
    assert enclosed[6] == len(fetched[b"BODY[1]"])
    assert enclosed[7][1] == b"Inre"
    assert fetched[b"BODY[1]"].endswith(b"\r\n\r\ntext inside\r\n")
    assert fetched[b"BODY[1.1]"] == b"text inside\r\n"
    assert fetched[b"BODY[1.1.1]"] is None


def test_a_part_comes_back_byte_for_byte_whatever_its_charset(platform: MailPlatform, client: IMAPClient) -> None:
    head = b'Content-Type: multipart/mixed; boundary="a+b"\r\n\r\npreamble\r\n'
    text = b"\xff\xe5\rlone\r\n--a+bc"
    part = b"Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n" + text
    uid = platform.put(USER, head + b"--a+b\r\n" + part + b"\r\n--a+b--\r\nepilogue\r\n")
    client.select_folder("INBOX", readonly=True)
    fetched = client.fetch([uid], ["BODY.PEEK[1]", "BODY.PEEK[2]", "BODYSTRUCTURE"])[uid]

    assert fetched[b"BODY[1]"] == text
    assert fetched[b"BODY[2]"] is None
    assert fetched[b"BODYSTRUCTURE"][0][0][6] == len(text)


def test_mails_within_mails_are_looked_into_only_so_deep(platform: MailPlatform, plain: socket.socket) -> None:
    platform.put(USER, b"Content-Type: message/rfc822\r\n\r\n" * 2000)
    sign_in(plain)
    say(plain, b"b EXAMINE INBOX")
    told = say(plain, b"c FETCH 1 BODYSTRUCTURE")

    assert told.count(b'"MESSAGE" "RFC822"') == 50
    assert told.count(b'"APPLICATION" "OCTET-STREAM"') == 1


def test_an_envelope_tells_the_addresses(platform: MailPlatform, client: IMAPClient) -> None:
    uid = platform.put(USER, b"From: \xc5sa <asa@x.example>\r\nTo: b@x.example, c@x.example\r\nSubject: r\xe5\r\n\r\n")
    client.select_folder("INBOX", readonly=True)
    told = client.fetch([uid], ["ENVELOPE"])[uid][b"ENVELOPE"]

    assert told.subject == b"r\xe5"
    assert (told.from_[0].name, str(told.reply_to[0].mailbox)) == (b"\xc5sa", "b'asa'")
    assert [address.mailbox for address in told.to] == [b"b", b"c"]
    assert told.message_id is None


def test_a_mail_is_found_by_its_message_id(platform: MailPlatform, client: IMAPClient) -> None:
    platform.put(USER, mail(message_id="<other@post.example>"), "Sent")
    wanted = platform.put(USER, mail(message_id="<case-1.Ab@shop.example>"), "Sent")
    client.select_folder("Sent", readonly=True)

    assert client.search(["HEADER", "Message-ID", "<case-1.ab@shop.example>"]) == [wanted]
    assert client.search(["HEADER", "Message-ID", "<absent@shop.example>"]) == []


def test_a_search_for_a_decoded_subject_works_with_a_charset(platform: MailPlatform, client: IMAPClient) -> None:
    platform.put(USER, mail(subject="något annat"))
    wanted = platform.put(USER, mail(subject="Förfrågan om 漢字"))
    client.select_folder("INBOX", readonly=True)

    assert client.search(["SUBJECT", "frågan om 漢"], charset="UTF-8") == [wanted]
    with pytest.raises(IMAPClientError, match="BADCHARSET"):
        client.search(["SUBJECT", "x"], charset="KOI8-R")


def test_a_search_combines_its_keys(platform: MailPlatform, client: IMAPClient) -> None:
    old = platform.put(USER, mail(), at=datetime(2026, 11, 7, 23, 59, tzinfo=UTC))
    new = platform.put(USER, mail(), at=datetime(2026, 11, 8, 0, 0, tzinfo=UTC))
    platform.folder(USER).set_flags(new, frozenset({"\\Seen"}))
    client.select_folder("INBOX", readonly=True)

    assert client.search(["SINCE", datetime(2026, 11, 8, tzinfo=UTC).date()]) == [new]
    assert client.search(["BEFORE", "8-Nov-2026"]) == [old]
    assert client.search(["UNSEEN"]) == [old]
    assert client.search(["NOT", "UNSEEN"]) == [new]
    assert client.search(["OR", "SEEN", ["UID", str(old), "LARGER", 10]]) == [old, new]


def test_an_open_range_always_names_the_last_mail(platform: MailPlatform, client: IMAPClient) -> None:
    client.select_folder("INBOX", readonly=True)

    assert client.search(["UID", "1:*"]) == []
    uids = [platform.put(USER, mail()) for _ in range(3)]
    client.noop()
    assert client.search(["UID", "17:*"]) == [uids[-1]]
    assert client.search(["UID", "2:*"]) == uids[1:]
    assert client.search(["UID", "*,1"]) == [uids[0], uids[2]]


def test_message_numbers_and_uids_are_different_things(platform: MailPlatform, client: IMAPClient) -> None:
    uids = [platform.put(USER, mail()) for _ in range(3)]
    platform.folder(USER).expunge(uids[:1])
    client.select_folder("INBOX", readonly=True)
    client.use_uid = False

    assert client.search(["ALL"]) == [1, 2]
    assert client.fetch([1], ["UID"])[1][b"UID"] == uids[1]
    with pytest.raises(IMAPClientError, match="Invalid message set"):
        client.fetch([3], ["UID"])


def test_uids_that_are_gone_are_left_out_of_an_answer(platform: MailPlatform, client: IMAPClient) -> None:
    uids = [platform.put(USER, mail()) for _ in range(4)]
    platform.folder(USER).expunge(uids[1:2])
    client.select_folder("INBOX", readonly=True)

    assert list(client.fetch([1, 2, 3, 99], ["FLAGS"])) == [1, 3]


def test_two_hundred_mails_come_in_one_answer(platform: MailPlatform, client: IMAPClient) -> None:
    raw = mail(text="x" * 70 + "\n" + ("y" * 70 + "\n") * 12)
    uids = [platform.put(USER, raw) for _ in range(200)]
    client.select_folder("INBOX", readonly=True)
    fetched = client.fetch(uids, ["BODY.PEEK[]"])

    assert list(fetched) == uids
    assert {answer[b"BODY[]"] for answer in fetched.values()} == {raw}


def test_a_new_uidvalidity_begins_uids_anew(platform: MailPlatform, client: IMAPClient) -> None:
    uids = [platform.put(USER, mail(subject=str(n))) for n in range(3)]
    platform.folder(USER).expunge(uids[:1])
    before = client.select_folder("INBOX", readonly=True)[b"UIDVALIDITY"]
    platform.renumber(USER)
    after = client.select_folder("INBOX", readonly=True)

    assert after[b"UIDVALIDITY"] > before
    assert (after[b"UIDNEXT"], client.search(["ALL"])) == (3, [1, 2])
    assert platform.messages(USER)[0].header_texts("Subject") == ["1"]


def test_a_folder_that_was_renumbered_while_open_ends_the_conversation(
    platform: MailPlatform, plain: socket.socket
) -> None:
    platform.put(USER, mail())
    sign_in(plain)
    say(plain, b"b EXAMINE INBOX")
    platform.renumber(USER)

    assert say(plain, b"c UID FETCH 1 FLAGS").startswith(b"* BYE ")
    assert plain.recv(10) == b""


def test_a_removed_folder_is_gone_and_a_new_one_is_another(platform: MailPlatform, client: IMAPClient) -> None:
    before = platform.folder(USER, "Sent").uidvalidity
    platform.remove_folder(USER, "Sent")

    with pytest.raises(IMAPClientError, match="NONEXISTENT"):
        client.select_folder("Sent")
    client.create_folder("Sent")
    assert client.select_folder("Sent")[b"UIDVALIDITY"] > before
    assert platform.changes == ["CREATE"]


def test_append_keeps_flags_and_date_and_tells_the_uid(platform: MailPlatform, client: IMAPClient) -> None:
    at = datetime(2026, 2, 3, 4, 5, 6, tzinfo=UTC)
    answer = client.append("Sent", mail(), ["\\Seen", "$Hub"], at)
    stored = platform.messages(USER, "Sent")[0]

    assert answer == b"[APPENDUID %d 1] Append completed." % platform.folder(USER, "Sent").uidvalidity
    assert (stored.raw, stored.at, stored.flags) == (mail(), at, frozenset({"\\Seen", "$Hub"}))
    assert platform.changes == ["APPEND"]


def test_append_without_a_date_takes_the_platforms_own_clock(platform: MailPlatform, client: IMAPClient) -> None:
    client.append("Sent", mail())

    assert platform.messages(USER, "Sent")[0].at == NOON


def test_append_to_a_missing_folder_may_be_tried_again_after_creating_it(client: IMAPClient) -> None:
    with pytest.raises(IMAPClientError, match="TRYCREATE"):
        client.append("Skickat", mail())


def test_flags_are_stored_added_and_taken_away(platform: MailPlatform, client: IMAPClient) -> None:
    uid = platform.put(USER, mail())
    client.select_folder("INBOX")

    assert client.add_flags([uid], ["\\SEEN", "$Hub"]) == {uid: (b"$Hub", b"\\Seen")}
    assert client.remove_flags([uid], ["$Hub"]) == {uid: (b"\\Seen",)}
    client.set_flags([uid], ["\\Flagged"], silent=True)
    assert platform.messages(USER)[0].flags == {"\\Flagged"}
    assert platform.changes == ["UID STORE"] * 3


def test_an_examined_folder_cannot_be_changed(platform: MailPlatform, client: IMAPClient) -> None:
    uid = platform.put(USER, mail())
    client.select_folder("INBOX", readonly=True)

    with pytest.raises(IMAPClientError, match="READ-ONLY"):
        client.add_flags([uid], ["\\Seen"])
    with pytest.raises(IMAPClientError, match="READ-ONLY"):
        client.expunge()
    assert platform.messages(USER)[0].flags == frozenset()


def test_mails_are_copied_and_moved(platform: MailPlatform, client: IMAPClient) -> None:
    uids = [platform.put(USER, mail(subject=str(n))) for n in range(3)]
    client.select_folder("INBOX")
    client.copy(uids[:2], "Trash")
    client.move(uids[1:], "Junk")

    assert [stored.header_texts("Subject") for stored in platform.messages(USER, "Trash")] == [["0"], ["1"]]
    assert [stored.uid for stored in platform.messages(USER)] == [1]
    assert [stored.header_texts("Subject") for stored in platform.messages(USER, "Junk")] == [["1"], ["2"]]
    assert client.search(["ALL"]) == [1]


def test_a_move_tells_the_new_uid_before_the_old_mail_goes(platform: MailPlatform, plain: socket.socket) -> None:
    platform.put(USER, mail())
    platform.put(USER, mail(), "Trash")
    sign_in(plain)
    say(plain, b"b SELECT INBOX")
    validity = platform.folder(USER, "Trash").uidvalidity

    assert say(plain, b"c UID MOVE 1 Trash").splitlines() == [
        b"* OK [COPYUID %d 1 2] Moved." % validity,
        b"* 1 EXPUNGE",
        b"c OK Move completed.",
    ]


def test_only_what_is_marked_deleted_is_expunged(platform: MailPlatform, client: IMAPClient) -> None:
    uids = [platform.put(USER, mail()) for _ in range(4)]
    client.select_folder("INBOX")
    client.delete_messages(uids[:3])
    client.uid_expunge(uids[2:])
    left = client.search(["ALL"])
    client.close_folder()

    assert left == [1, 2, 4]
    assert platform.folder(USER).uids() == [4]
    assert platform.changes == ["UID STORE", "UID EXPUNGE", "CLOSE"]


def test_unselect_leaves_marked_mails_alone(platform: MailPlatform, client: IMAPClient) -> None:
    uid = platform.put(USER, mail())
    client.select_folder("INBOX")
    client.delete_messages([uid])
    client.unselect_folder()

    assert platform.folder(USER).uids() == [uid]


def test_a_client_learns_of_mails_that_came_and_went(platform: MailPlatform, plain: socket.socket) -> None:
    uids = [platform.put(USER, mail()) for _ in range(3)]
    sign_in(plain)
    say(plain, b"b EXAMINE INBOX")
    platform.folder(USER).expunge([uids[0], uids[2]])
    platform.put(USER, mail())

    assert b"EXPUNGE" not in say(plain, b"c FETCH 2 UID")
    assert say(plain, b"d NOOP") == b"* 3 EXPUNGE\r\n* 1 EXPUNGE\r\n* 2 EXISTS\r\nd OK Noop completed.\r\n"


def test_an_idle_client_is_told_at_once(platform: MailPlatform, client: IMAPClient) -> None:
    client.select_folder("INBOX", readonly=True)
    client.idle()
    platform.put(USER, mail())
    told = client.idle_check(timeout=5)
    client.idle_done()

    assert told == [(1, b"EXISTS")]


@pytest.mark.parametrize(
    ("line", "answer"),
    [
        (b"x FROBNICATE", b"x BAD Error in IMAP command: Unknown command FROBNICATE."),
        (b"x FETCH (", b"x BAD Error in IMAP command: A bracket is not closed."),
        (b"x UID FETCH 1 BODY[HEADER.NONSENSE]", b"x BAD Error in IMAP command: Unknown body section."),
        (b"x UID FETCH one FLAGS", b"x BAD Error in IMAP command: Invalid message set."),
        (b"x UID SEARCH SINCE 31-Feb-2026", b"x BAD Error in IMAP command: Invalid date."),
        (b'x UID SEARCH ""', b"x BAD Error in IMAP command: Unknown search key ."),
        (b"x FETCH " + b"9" * 5000 + b" UID", b"x BAD Error in IMAP command: Invalid message set."),
        (b"x UID FETCH " + b"9" * 5000 + b" UID", b"x BAD Error in IMAP command: Invalid message set."),
        (b"x SELECT &broken", b"x NO [NONEXISTENT] Mailbox doesn't exist."),
        (b"x SELECT &!!-", b"x BAD Error in IMAP command: Mailbox name is not valid modified UTF-7."),
        (b"", b"* BAD Error in IMAP command: Missing tag."),
        (b"x UID FETCH " + b"1," * 5000 + b"1 FLAGS", b"x BAD Error in IMAP command: Too long argument."),
    ],
    ids=lambda value: value[:30].decode(),
)
def test_nonsense_is_answered_and_the_conversation_goes_on(plain: socket.socket, line: bytes, answer: bytes) -> None:
    sign_in(plain)
    if not line.startswith(b"x SELECT"):
        say(plain, b"b EXAMINE INBOX")

    assert say(plain, line) == answer + b"\r\n"
    assert say(plain, b"z NOOP").endswith(b"z OK Noop completed.\r\n")


def test_a_literal_waits_for_the_servers_word_unless_it_says_plus(plain: socket.socket) -> None:
    sign_in(plain)
    plain.sendall(b"b STATUS {5}\r\n")

    assert plain.recv(100) == b"+ OK\r\n"
    plain.sendall(b"INBOX (MESSAGES)\r\n")
    assert plain.recv(100) == b'* STATUS "INBOX" (MESSAGES 0)\r\nb OK Status completed.\r\n'


def test_someone_unknown_is_named_in_the_error() -> None:
    with pytest.raises(NotFound, match=r"there is no user 'nobody@shop\.example'"):
        MailPlatform().put("nobody@shop.example", b"")


def test_no_thread_is_left_when_the_block_ends_though_clients_are_still_connected(platform: MailPlatform) -> None:
    before = set(threading.enumerate())
    with MailServers(platform) as servers:
        addresses = [(servers.host, servers.imap_port), (servers.host, servers.smtp_port)]
        connections = [socket.create_connection(address, timeout=5) for address in addresses * 3]
        greetings = [connection.recv(1) for connection in connections]
    ends = [connection.recv(4096).splitlines()[1:] for connection in connections]
    for connection in connections:
        connection.close()

    assert greetings == [b"*", b"2"] * 3
    assert ends == [[]] * 6
    assert set(threading.enumerate()) == before
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(addresses[0])
