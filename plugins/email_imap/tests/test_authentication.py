"""What the mailbox's own server says of signatures, and what only pretends to be its word (RFC 8601)."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub_email_imap.authentication import proven_domains, read_trace
from hub_email_imap.parse import parse
from hub_email_imap.parsed import Checked, Hop

OURS = "mx.shop.example"
BORDER = b"Received: from mail.market.example (1.2.3.4) by mx.shop.example (Postfix) with ESMTPS id 1\r\n"
FOREIGN = b"Received: from a.market.example by mail.market.example with SMTP id 2; Mon, 2 Mar 2026\r\n"
PASS = b"Authentication-Results: mx.shop.example; dkim=pass header.d=market.example\r\n"
REST = b"From: x@market.example\r\nSubject: Hej\r\n"


def proven(head: bytes, trusted: str = OURS) -> set[str]:
    return set(proven_domains(read_trace(head), trusted))


def told(value: str) -> set[str]:
    """What one field of the trusted server proves."""
    return proven(f"Authentication-Results: {value}\r\n".encode())


def test_a_signature_that_the_trusted_server_found_right_proves_its_domain() -> None:
    assert proven(PASS + BORDER + FOREIGN + REST) == {"market.example"}


def test_without_a_trusted_server_nothing_is_proven() -> None:
    assert proven(PASS + BORDER + REST, trusted="") == set()
    assert proven(PASS + BORDER + REST, trusted="  ") == set()


@pytest.mark.parametrize(
    "value",
    [
        "mx.shop.example; dkim=pass header.d=market.example",
        "MX.Shop.Example; DKIM=PASS HEADER.D=Market.Example",
        "mx.shop.example 1; dkim=pass header.d=market.example",
        "mx.shop.example; dkim/1=pass header.d=market.example",
        "mx.shop.example;dkim=pass header.d=market.example;spf=pass",
        "mx.shop.example; dkim = pass header . d = market.example",
        "mx.shop.example; dkim=pass (2048-bit key; x) header.d=market.example header.s=s1 header.b=ab+/=",
        "mx.shop.example;\r\n\tdkim=pass\r\n (good \\) signature (nested))\r\n header.d=market.example",
        "mx.shop.example; spf=fail; dmarc=none; dkim=fail header.d=a.example; dkim=pass header.d=market.example",
        "(a comment) mx.shop.example (another; one); (third) dkim (4)=(5) pass header.d=market.example",
        '"mx.shop.example"; dkim=pass header.d="market.example"',
        'mx.shop.example; dkim=pass reason="good; header.d=evil.example" header.d=market.example',
        "mx.shop.example; dkim=pass header.i=@market.example",
        'mx.shop.example; dkim=pass header.i="a b"@market.example',
        "mx.shop.example; dkim=pass header.i=x@mail.example header.d=market.example",
        "mx.shop.example; dkim=pass header.d=market.example.",
    ],
)
def test_a_result_is_read_however_it_is_written(value: str) -> None:
    assert told(value) == {"market.example"}


def test_several_signatures_prove_several_domains() -> None:
    first = "mx.shop.example; dkim=pass header.d=market.example; "

    assert told(first + "dkim=pass header.i=@mailer.example; dkim=neutral header.d=c.example") == {
        "market.example",
        "mailer.example",
    }


@pytest.mark.parametrize(
    "value",
    [
        "",
        "mx.shop.example",
        "mx.shop.example; none",
        "mx.shop.example; dkim=none",
        "mx.shop.example; dkim=fail header.d=market.example",
        "mx.shop.example; dkim=temperror header.d=market.example",
        "mx.shop.example; dkim=passed header.d=market.example",
        "mx.shop.example; dkim=pass",
        "mx.shop.example; dkim=pass header.s=market.example",
        "mx.shop.example; dkim=pass xheader.d=market.example",
        "mx.shop.example; dkim=pass header.d=localhost",
        "mx.shop.example; dkim=pass header.d=mar ket",
        "mx.shop.example; spf=pass smtp.mailfrom=market.example; dmarc=pass header.from=market.example",
        "mx.shop.example; x-dkim=pass header.d=market.example",
        "mx.shop.example; arc=pass header.d=market.example",
        "mx.shop.example; dkim=fail (dkim=pass header.d=market.example)",
        "mx.shop.example; (; dkim=pass header.d=market.example",
        'mx.shop.example; spf=fail reason="; dkim=pass header.d=market.example"',
        'mx.shop.example; spf=fail reason="; dkim=pass header.d=market.example',
        'mx.shop.example; dkim=fail reason="a\\"; dkim=pass header.d=market.example;"',
        "dkim=pass header.d=market.example",  # Microsoft 365 names no server
        "spf=pass; dkim=pass header.d=market.example",
        "mx.shop.example.evil.example; dkim=pass header.d=market.example",
        "evil.example; dkim=pass header.d=market.example",
        "mx.shop.example evil; x=(\0; dkim=pass header.d=market.example",
    ],
)
def test_what_is_no_pass_of_the_trusted_server_proves_nothing(value: str) -> None:
    assert told(value) == set()


def test_a_family_of_servers_is_trusted_by_a_star() -> None:
    head = b"Authentication-Results: phl-mx-07.mail.example; dkim=pass header.d=market.example\r\n"

    assert proven(head, "*.mail.example") == {"market.example"}
    assert proven(head, "mail.example") == set()
    assert proven(head, "*.ail.example") == set()
    assert proven(head.replace(b"phl-mx-07.mail.example", b"xmail.example"), "*.mail.example") == set()


# Forged ones


def test_a_forged_field_below_the_genuine_one_is_not_believed() -> None:
    genuine = b"Authentication-Results: mx.shop.example; dkim=none\r\n"

    for forged in (PASS + REST, FOREIGN + PASS + REST):
        assert proven(genuine + BORDER + forged) == set()
        assert proven(BORDER + genuine + forged) == set()


def test_a_forged_field_below_the_trace_of_a_foreign_server_is_not_believed() -> None:
    assert proven(BORDER + FOREIGN + PASS + REST) == set()
    assert proven(FOREIGN + PASS + REST) == set()


def test_a_field_of_another_server_in_between_changes_nothing() -> None:
    other = b"Authentication-Results: mail.market.example; dkim=pass header.d=evil.example\r\n"

    assert proven(other + PASS + BORDER + REST) == {"market.example"}
    assert proven(PASS + other + BORDER + REST) == {"market.example"}


def test_a_field_of_the_server_about_something_else_does_not_hide_the_one_about_signatures() -> None:
    dmarc = b"Authentication-Results: mx.shop.example; dmarc=pass header.from=market.example\r\n"

    assert proven(dmarc + PASS + BORDER + REST) == {"market.example"}


@pytest.mark.parametrize(
    "hop",
    [
        b"Received: from mx.shop.example by imap.shop.example with LMTP id 9; Mon, 2 Mar 2026\r\n",
        b"Received: from localhost (localhost [127.0.0.1]) by localhost (Postfix) with SMTP; Mon, 2 Mar 2026\r\n",
        b"Received: by 2002:a05:6402:1:b0:1 with SMTP id x; Mon, 2 Mar 2026\r\n",
        b"Received: from mx3 by compute5.internal (Cyrus 3) with LMTPA; Mon, 2 Mar 2026\r\n",
        b"Received: from a by [10.0.0.3] with SMTP; Mon, 2 Mar 2026\r\n",
        b"Received: from a by 10.0.0.3 with SMTP; Mon, 2 Mar 2026\r\n",
        b"Received: (qmail 17 invoked by uid 89); Mon, 2 Mar 2026\r\n",
    ],
)
def test_servers_of_the_house_may_stand_above_the_result(hop: bytes) -> None:
    assert proven(hop + PASS + BORDER + REST) == {"market.example"}
    assert proven(hop + BORDER + PASS + FOREIGN + REST) == {"market.example"}  # as Gmail writes it


def test_the_start_of_a_body_is_no_head() -> None:
    raw = BORDER + REST + b"\r\n" + PASS

    assert parse(raw).trace == (Hop(OURS),)


def test_a_field_that_is_too_long_proves_nothing() -> None:
    # Cut in its middle, market.example.evil.example would read as market.example.
    long = b"Authentication-Results: mx.shop.example; dkim=pass " + b"x" * 9000 + b" header.d=market.example\r\n"

    assert proven(long) == set()
    assert read_trace(long) == (Checked(OURS, tells_of_dkim=True),)


SIGNS = [*'();"=. \\\t\r\n/@0a\0', "dkim=pass", "header.d=evil.example", "mx", "ä漢"]
NOISE = st.lists(st.sampled_from(SIGNS)).map("".join)


@given(NOISE)
def test_noise_is_read_without_an_error(noise: str) -> None:
    for step in read_trace(f"Received: {noise}\r\nAuthentication-Results: {noise}\r\n".encode()):
        assert isinstance(step, (Hop, Checked))


@given(st.text(st.characters(exclude_characters='"\\\r\n', exclude_categories=["Cs"])))
def test_whatever_stands_in_quotes_proves_nothing(text: str) -> None:
    assert told(f'mx.shop.example; dkim=pass reason="{text}; dkim=pass header.d=evil.example" header.d=a.example') == {
        "a.example"
    }


@given(st.text(st.characters(exclude_characters="()\\\r\n", exclude_categories=["Cs"])))
def test_whatever_stands_in_a_comment_proves_nothing(text: str) -> None:
    assert told(f"mx.shop.example; dkim=pass ({text}; dkim=pass header.d=evil.example) header.d=a.example") == {
        "a.example"
    }


@given(
    st.lists(st.sampled_from([b" ", b"\t", b"\r\n ", b"\r\n\t", b" (x) "]), min_size=6, max_size=6),
    st.sampled_from(["market.example", "a-b.market.example", "xn--mrket-9ra.example"]),
)
def test_blanks_folds_and_comments_change_nothing(blanks: list[bytes], domain: str) -> None:
    words = [b"mx.shop.example", b";", b"dkim=pass", b"header.s=s1", b"header.d=" + domain.encode(), b";", b"spf=none"]
    value = words[0] + b"".join(blank + word for blank, word in zip(blanks, words[1:], strict=True))

    assert proven(b"Authentication-Results: " + value + b"\r\n") == {domain}


HOSTILE = [b"(", b'"', b"(\\", b'"\\', b"()", b'""', b"dkim=pass header.d=", b";", b" by ", b"header ."]


@pytest.mark.parametrize("sign", HOSTILE)
def test_hostile_fields_are_read_in_an_instant(sign: bytes) -> None:
    head = b"".join(name + sign * 60_000 + b"\r\n" for name in (b"Received: ", b"Authentication-Results: "))
    started = time.perf_counter()
    proven(head * 3)

    assert time.perf_counter() - started < 2
