"""Customers' mails made up for measuring: the same for the same seed, in the mixture a small shop receives."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from typing import NamedTuple

SHARE_OF_REPLIES = 0.3
SHARE_WITH_HTML = 0.4
SHARE_WITH_FILE = 0.05  # together with its size this makes about 14 kB a mail
FILE_SIZE = 200_000
_FIRST = datetime(2026, 1, 5, 8, tzinfo=UTC)


class Language(NamedTuple):
    """How customers of one language write."""

    charset: str
    name: str
    subject: str
    text: str


LANGUAGES = (
    Language(
        "iso-8859-1",
        "Åsa Öberg",
        "Var är min beställning {}?",
        "Hej, paketet med order {} har inte kommit än. Hälsningar",
    ),
    Language(
        "utf-8", "Daniël de Ruijter", "Bestelling {} beschadigd", "Geachte heer, één doos van bestelling {} is stuk."
    ),
    Language(
        "windows-1250", "Jiří Dvořák", "Objednávka {} – reklamace", "Dobrý den, v objednávce {} chybí žluté tričko."
    ),
    Language(
        "iso-2022-jp", "山田花子", "注文番号{}について", "お世話になっております。注文番号{}の商品がまだ届きません。"
    ),
)


class _Sent(NamedTuple):
    message_id: str
    number: int
    language: Language


def made_up_mails(count: int, to: str, seed: int = 1) -> Iterator[bytes]:
    """So many mails to this address, oldest first, each reply after what it replies to."""
    chance = random.Random(seed)
    sent: list[_Sent] = []
    for number in range(count):
        earlier = chance.choice(sent) if sent and chance.random() < SHARE_OF_REPLIES else None
        language = earlier.language if earlier else chance.choice(LANGUAGES)
        this = _Sent(f"<{seed}.{number}@customer.example>", earlier.number if earlier else number, language)
        yield _written(this, earlier, to, _FIRST + timedelta(minutes=number), chance)
        sent.append(this)


def _written(this: _Sent, earlier: _Sent | None, to: str, at: datetime, chance: random.Random) -> bytes:
    language, order = this.language, f"SE-{100_000 + this.number}"
    mail = EmailMessage()
    mail["From"] = Address(language.name, f"customer{this.number}", "customer.example")
    mail["To"], mail["Date"], mail["Message-ID"] = to, format_datetime(at), this.message_id
    mail["Subject"] = ("Re: " if earlier else "") + language.subject.format(order)
    if earlier:
        mail["In-Reply-To"] = mail["References"] = earlier.message_id
    text = "\n\n".join([language.text.format(order)] * chance.randint(1, 12))
    mail.set_content(text, charset=language.charset)
    if chance.random() < SHARE_WITH_HTML:
        paragraphs = "".join(f"<p>{line}</p>" for line in text.split("\n\n"))
        mail.add_alternative(f"<html><body>{paragraphs}</body></html>", subtype="html", charset="utf-8")
    if chance.random() < SHARE_WITH_FILE:
        mail.add_attachment(chance.randbytes(FILE_SIZE), maintype="image", subtype="jpeg", filename="Foto åäö.jpg")
    return mail.as_bytes()
