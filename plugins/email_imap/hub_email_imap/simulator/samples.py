"""Mails for the demo: what a small shop's customers in six languages write in two working days."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from hub.core.model import require_aware

SHOP = "kundtjanst@shop.example"
SATURDAY = 5


@dataclass(frozen=True, slots=True)
class DemoMail:
    """A mail and the instant at which it reaches the shop."""

    at: datetime
    raw: bytes


@dataclass(frozen=True, slots=True)
class _Days:
    """The two working days before `now`, in its own zone, holidays aside."""

    now: datetime

    def before(self, clock: str) -> datetime:
        """This time on the last but one working day."""
        return self._at(self._working_day_before(self._working_day_before(self.now.date())), clock)

    def last(self, clock: str) -> datetime:
        """This time on the last working day."""
        return self._at(self._working_day_before(self.now.date()), clock)

    def _at(self, day: date, clock: str) -> datetime:
        return datetime.combine(day, time.fromisoformat(clock), self.now.tzinfo)

    @staticmethod
    def _working_day_before(day: date) -> date:
        day -= timedelta(days=1)
        while day.weekday() >= SATURDAY:
            day -= timedelta(days=1)
        return day


def demo_mails(now: datetime) -> list[DemoMail]:
    """The mails of the two working days before `now`, oldest first; the same ones whenever `now` is the same."""
    days = _Days(require_aware(now))
    mails = [*_scandinavian(days), *_dutch_and_german(days), *_czech(days), *_japanese(days), *_english(days)]
    return sorted([*mails, _broken(days.last("11:47"))], key=lambda mail: mail.at)


def _scandinavian(days: _Days) -> Iterator[DemoMail]:
    first = days.before("08:52")
    yield _mail(
        first,
        "Åsa Öberg <asa.oberg@brevlada.example>",
        "Var är min beställning SE-104512?",
        "Hej!\n\nJag beställde två regnjackor den 3:e, order SE-104512, och skulle ha fått dem i fredags. "
        "Spårningen har inte rört sig på en vecka. Kan ni kolla vad som har hänt?\n\nVänliga hälsningar\nÅsa Öberg\n",
    )
    second = days.last("07:58")
    reply = _message(
        second,
        "Åsa Öberg <asa.oberg@brevlada.example>",
        "Sv: Var är min beställning SE-104512?",
        "Hej igen,\n\nhar inte hört något från er. Jag reser på lördag och behöver jackorna innan dess, "
        "annars vill jag ha pengarna tillbaka.\n\nÅsa\n",
    )
    reply["In-Reply-To"] = reply["References"] = _message_id(first, "asa.oberg@brevlada.example")
    yield DemoMail(second, reply.as_bytes())
    yield _mail(
        days.last("15:20"),
        "Lars-Erik Nyström <larserik.nystrom@brevlada.example>",
        "Tack!",
        "Tack för snabb hjälp med bytet, de nya kängorna sitter perfekt.\n\nMvh Lars-Erik\n",
    )


def _dutch_and_german(days: _Days) -> Iterator[DemoMail]:
    yield _mail(
        days.before("10:15"),
        "Sanne de Vries <sanne.devries@postbus.example>",
        "Retour bestelling NL-20877",
        "Beste klantenservice,\n\nDe schoenen uit bestelling NL-20877 zijn te klein, ik wil ze graag ruilen voor maat "
        "39 of anders terugsturen. Hoe krijg ik een retourlabel?\n\nMet vriendelijke groet,\nSanne de Vries\n",
    )
    yield _html_only(days.last("09:34"))
    yield _with_picture(days.before("13:05"))
    yield _mail(
        days.last("12:10"),
        "Katharina Vogt <k.vogt@briefkasten.example>",
        "Lieferadresse ändern, Bestellung DE-77310",
        "Guten Tag,\n\nich habe gerade bestellt (DE-77310) und aus Versehen meine alte Adresse angegeben. "
        "Bitte schicken Sie das Paket an:\n\nKatharina Vogt\nLindenstraße 14\n50674 Köln\n\nGeht das noch?\n\n"
        "Viele Grüße\nKatharina Vogt\n",
    )
    yield _out_of_office(days.last("08:03"))


def _html_only(at: datetime) -> DemoMail:
    message = _message(at, "Bram Jansen <bram.jansen@postbus.example>", "Artikel ontbreekt in pakket NL-20915", "")
    message.set_content(
        "<html><head><style>p { color: #222 }</style></head><body><p>Hallo,</p><p>Vandaag kwam <b>NL-20915</b> aan, "
        "maar er zit maar <b>één</b> theedoek in in plaats van drie. De doos was wel dicht.</p><p>Kunnen jullie "
        "de andere twee nasturen?</p><p>Groeten,<br>Bram</p></body></html>\n",
        subtype="html",
        cte="quoted-printable",
    )
    return DemoMail(at, message.as_bytes())


def _with_picture(at: datetime) -> DemoMail:
    message = _message(
        at,
        "Jürgen Groß <juergen.gross@briefkasten.example>",
        "BESCHWERDE Bestellung DE-77102",
        "Die Lampe kam ZERBROCHEN an, Foto anbei. Das ist jetzt schon das zweite Mal!! Ich erwarte bis morgen eine "
        "Antwort, sonst geht das an meine Bank.\n\nJ. Groß\n",
    )
    message.add_attachment(_picture(), maintype="image", subtype="png", filename="Lampe zerbrochen.png")
    message.set_boundary("=_lampe_77102")  # the one Python makes up differs every time
    return DemoMail(at, message.as_bytes())


def _out_of_office(at: datetime) -> DemoMail:
    message = _message(
        at,
        "Stefan Brandt <s.brandt@buero.example>",
        "Automatische Antwort: Ihre Bestellung DE-77288 ist unterwegs",
        "Vielen Dank für Ihre Nachricht. Ich bin bis einschließlich Montag nicht im Büro und lese keine E-Mails.\n\n"
        "Stefan Brandt\n",
    )
    message["Auto-Submitted"] = "auto-replied"
    message["X-Auto-Response-Suppress"] = "All"
    return DemoMail(at, message.as_bytes())


def _czech(days: _Days) -> Iterator[DemoMail]:
    at = days.before("14:41")
    message = _message(at, "Jiří Dvořák <jiri.dvorak@schranka.example>", "Reklamace objednávky CZ-5530", "")
    message.set_content(
        "Dobrý den,\n\nv pátek mi přišla konvice z objednávky CZ-5530 a po třech dnech přestala hřát. Účtenku mám. "
        "Prosím o výměnu nebo vrácení peněz.\n\nS pozdravem\nJiří Dvořák\n",
        charset="windows-1250",
        cte="quoted-printable",
    )
    yield DemoMail(at, message.as_bytes())


def _japanese(days: _Days) -> Iterator[DemoMail]:
    at = days.last("10:26")
    message = _message(at, "田中 美咲 <misaki.tanaka@yubin.example>", "注文番号 JP-300482 の商品が届きません", "")
    message.set_content(
        "お世話になっております。田中と申します。\n\n先週注文した手ぬぐい(注文番号 JP-300482)がまだ届いておりません。\n"
        "発送状況を教えていただけますでしょうか。\n\nよろしくお願いいたします。\n田中 美咲\n",
        charset="iso-2022-jp",
        cte="7bit",
    )
    yield DemoMail(at, message.as_bytes())


def _english(days: _Days) -> Iterator[DemoMail]:
    yield _mail(
        days.before("16:33"),
        "Priya Nair <priya.nair@letterbox.example>",
        "Does the rain jacket come in XXL?",
        "Hi there,\n\nI can only see sizes up to XL on the page. Will you get XXL in before Christmas? 🙂\n\n"
        "Thanks,\nPriya\n",
    )
    yield _mail(
        days.last("14:02"),
        "Tom Whitfield <tom.whitfield@letterbox.example>",
        "Cancel order UK-88140",
        "Ordered twice by mistake. Please cancel UK-88140 and keep the other one.\n\nTom\n",
    )


def _broken(at: datetime) -> DemoMail:
    """What an old web shop's form sends: a line that is no header, raw bytes, a charset that nobody has heard of."""
    raw = (
        b"From: =?x-sjunkna?Q?Bj=F6rn_Ek?= <bjorn.ek@gammalpost.example>\r\n"
        b"To: " + SHOP.encode() + b"\r\n"
        b"Subject: Paketet \xe4r trasigt, best\xe4llning SE-104498\r\n"
        b"Date: " + format_datetime(at).encode() + b"\r\n"
        b"this line came from a web form and is no header\r\n"
        b"Content-Type: text/plain; charset=x-unknown-9\r\n"
        b"Content-Transfer-Encoding: 8bit\r\n"
        b"\r\n"
        b"Hej, paketet med best\xe4llning SE-104498 kom idag och \xe4r bl\xf6tt, l\xe5dan var \xf6ppen.\r\n"
        b"Vad g\xf6r vi nu?\r\nBj\xf6rn\r\n"
    )
    return DemoMail(at, raw)


def _mail(at: datetime, sender: str, subject: str, text: str) -> DemoMail:
    return DemoMail(at, _message(at, sender, subject, text).as_bytes())


def _message(at: datetime, sender: str, subject: str, text: str) -> EmailMessage:
    message = EmailMessage(SMTP)
    message["From"] = sender
    message["To"] = SHOP
    message["Subject"] = subject
    message["Date"] = at
    message["Message-ID"] = _message_id(at, sender.partition("<")[2].rstrip(">"))
    if text:
        message.set_content(text)
    return message


def _message_id(at: datetime, address: str) -> str:
    name, _, host = address.partition("@")
    return f"<{at.astimezone(UTC):%Y%m%d%H%M%S}.{name}@{host}>"


def _picture() -> bytes:
    """A small PNG: a yellow square with a crack in it."""
    rows = [bytes([0]) + b"".join(_pixel(x, y) for x in range(32)) for y in range(32)]
    header = struct.pack(">IIBBBBB", 32, 32, 8, 2, 0, 0, 0)
    chunks = _chunk(b"IHDR", header) + _chunk(b"IDAT", zlib.compress(b"".join(rows))) + _chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + chunks


def _pixel(x: int, y: int) -> bytes:
    return b"\x33\x22\x11" if x in (y, 31 - y) else b"\xff\xdd\x55"


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
