"""What an acknowledgement says, in the customer's language."""

# ruff: noqa: PLC0414  whoever writes an acknowledgement takes its languages from here

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from hub.core.languages import DEFAULT_LANGUAGE as DEFAULT_LANGUAGE
from hub.core.languages import LANGUAGES as LANGUAGES
from hub.core.languages import language_of as language_of
from hub.core.plain_text import one_line

_LONGEST_SUBJECT = 100
_LONGEST_NAME = 60
# Whoever forges an address into From would have us send their link to it, so no link of theirs is repeated.
_LINK = re.compile(r"://|www\.|@|[^\W_]\.[^\W\d_]{2}", re.IGNORECASE)
_NO_NAME = re.compile(r'[\d<>\[\]{}()|\\/:;"=*#]')


@dataclass(frozen=True, slots=True)
class _Wording:
    """One language: the paragraphs in their order, and how a day and a time are written out in it."""

    greeting: str
    stranger: str
    thanks: str
    subject: str
    promise: str
    repliable: str
    regards: str
    moment: str
    days: str
    months: str


_WORDINGS: Mapping[str, _Wording] = {
    "sv": _Wording(
        "Hej {name}!",
        "Hej!",
        "Tack för ditt meddelande. Vi har tagit emot det, och ditt ärende har fått numret {number}.",
        "Du skrev om: ”{subject}”",
        "Du får ett svar av oss senast {moment}.",
        "Vill du lägga till något kan du svara på det här mejlet, så kommer det till samma ärende."
        " Det här är ett automatiskt mejl, men det är en människa som läser och besvarar ditt.",
        "Vänliga hälsningar",
        "{day} {date} {month} kl. {time} ({zone})",
        "måndag, tisdag, onsdag, torsdag, fredag, lördag, söndag",
        "januari, februari, mars, april, maj, juni, juli, augusti, september, oktober, november, december",
    ),
    "nl": _Wording(
        "Beste {name},",
        "Goedendag,",
        "Bedankt voor uw bericht. Wij hebben het ontvangen; uw zaak heeft nummer {number}.",
        "U schreef over: “{subject}”",
        "U krijgt uiterlijk {moment} antwoord van ons.",
        "Wilt u iets toevoegen, beantwoord dan deze e-mail; uw antwoord komt bij dezelfde zaak terecht."
        " Dit is een automatisch bericht, maar het uwe wordt door een mens gelezen en beantwoord.",
        "Met vriendelijke groet,",
        "{day} {date} {month} om {time} uur ({zone})",
        "maandag, dinsdag, woensdag, donderdag, vrijdag, zaterdag, zondag",
        "januari, februari, maart, april, mei, juni, juli, augustus, september, oktober, november, december",
    ),
    "de": _Wording(
        "Guten Tag {name},",
        "Guten Tag,",
        "vielen Dank für Ihre Nachricht. Sie ist bei uns angekommen; Ihr Anliegen hat die Nummer {number}.",
        "Sie schrieben uns zu: „{subject}“",
        "Sie erhalten spätestens am {moment} eine Antwort von uns.",
        "Möchten Sie etwas ergänzen, antworten Sie einfach auf diese E-Mail; es kommt zu demselben Anliegen."
        " Dies ist eine automatische Nachricht, doch Ihre wird von einem Menschen gelesen und beantwortet.",
        "Mit freundlichen Grüßen",
        "{day}, {date}. {month}, um {time} Uhr ({zone})",
        "Montag, Dienstag, Mittwoch, Donnerstag, Freitag, Samstag, Sonntag",
        "Januar, Februar, März, April, Mai, Juni, Juli, August, September, Oktober, November, Dezember",
    ),
    "fr": _Wording(
        "Bonjour {name},",
        "Bonjour,",
        "Merci pour votre message. Nous l’avons bien reçu ; votre demande porte le numéro {number}.",
        "Vous nous avez écrit au sujet de : « {subject} »",
        "Vous recevrez une réponse de notre part au plus tard le {moment}.",
        "Pour ajouter quelque chose, répondez simplement à ce courriel ; votre réponse rejoindra la même demande."
        " Ce message est automatique, mais le vôtre sera lu et traité par une personne.",
        "Cordialement,",
        "{day} {date} {month} à {time} ({zone})",
        "lundi, mardi, mercredi, jeudi, vendredi, samedi, dimanche",
        "janvier, février, mars, avril, mai, juin, juillet, août, septembre, octobre, novembre, décembre",
    ),
    "ja": _Wording(
        "{name} 様",
        "お客様",
        "お問い合わせいただき、ありがとうございます。メールを受け付けました。お問い合わせ番号は {number} です。",
        "件名:「{subject}」",
        "{moment}までに、担当者よりご返信いたします。",
        "追加のご連絡がございましたら、このメールにそのままご返信ください。同じお問い合わせとして承ります。"
        "このメールは自動で送信していますが、お問い合わせは担当者が拝読し、お答えいたします。",
        "どうぞよろしくお願いいたします。",
        "{month}{date}日({day}) {time}({zone})",
        "月, 火, 水, 木, 金, 土, 日",
        ", ".join(f"{month}月" for month in range(1, 13)),
    ),
    "cs": _Wording(
        "Dobrý den, {name},",
        "Dobrý den,",
        "děkujeme za Vaši zprávu. V pořádku jsme ji přijali a Váš požadavek má číslo {number}.",
        "Psali jste nám o: „{subject}“",
        "Odpověď od nás dostanete nejpozději {moment}.",
        "Chcete-li něco doplnit, odpovězte na tento e-mail; Vaše odpověď se přiřadí ke stejnému požadavku."
        " Tato zpráva je automatická, Vaši však přečte a zodpoví člověk.",
        "S pozdravem",
        "{day} {date}. {month} do {time} ({zone})",
        "v pondělí, v úterý, ve středu, ve čtvrtek, v pátek, v sobotu, v neděli",
        "ledna, února, března, dubna, května, června, července, srpna, září, října, listopadu, prosince",
    ),
    "en": _Wording(
        "Hello {name},",
        "Hello,",
        "Thank you for your message. We have received it, and your case has the number {number}.",
        "You wrote about: “{subject}”",
        "You will have an answer from us by {moment} at the latest.",
        "If you would like to add anything, just reply to this e-mail and it will join the same case."
        " This message is automatic, but a person will read and answer yours.",
        "Kind regards,",
        "{day} {date} {month}, {time} ({zone})",
        "Monday, Tuesday, Wednesday, Thursday, Friday, Saturday, Sunday",
        "January, February, March, April, May, June, July, August, September, October, November, December",
    ),
}

# Where an answer by mail comes into another channel, as a case of its own, it is not promised to join this one.
_REPLIABLE_ELSEWHERE: Mapping[str, str] = {
    "sv": (
        "Vill du lägga till något kan du svara på det här mejlet; låt ärendenumret stå kvar i ämnesraden "
        "så vet vi vad det gäller. Det här är ett automatiskt mejl, men det är en människa som läser och "
        "besvarar ditt."
    ),
    "nl": (
        "Wilt u iets toevoegen, beantwoord dan deze e-mail en laat het nummer in het onderwerp staan, "
        "zodat wij weten waar het bij hoort. Dit is een automatisch bericht, maar het uwe wordt door een "
        "mens gelezen en beantwoord."
    ),
    "de": (
        "Möchten Sie etwas ergänzen, antworten Sie einfach auf diese E-Mail und lassen Sie die Nummer im "
        "Betreff stehen, damit wir wissen, wozu es gehört. Dies ist eine automatische Nachricht, doch "
        "Ihre wird von einem Menschen gelesen und beantwortet."
    ),
    "fr": (
        "Pour ajouter quelque chose, répondez simplement à ce courriel en laissant le numéro dans "
        "l’objet : nous saurons ainsi à quoi il se rapporte. Ce message est automatique, mais le vôtre "
        "sera lu et traité par une personne."
    ),
    "ja": (
        "追加のご連絡がございましたら、件名の番号を残したまま、このメールにご返信ください。このメールは自動で送信してい"
        "ますが、お問い合わせは担当者が拝読し、お答えいたします。"
    ),
    "cs": (
        "Chcete-li něco doplnit, odpovězte na tento e-mail a ponechte číslo v předmětu, ať víme, čeho se "
        "to týká. Tato zpráva je automatická, Vaši však přečte a zodpoví člověk."
    ),
    "en": (
        "If you would like to add anything, just reply to this e-mail and leave the number in its "
        "subject, so that we know what it belongs to. This message is automatic, but a person will read "
        "and answer yours."
    ),
}

# A day with its weekday, and one with its year, in every language.
_DAYS: Mapping[str, tuple[str, str]] = {
    "sv": ("{day} {date} {month}", "{date} {month} {year}"),
    "nl": ("{day} {date} {month}", "{date} {month} {year}"),
    "de": ("{day}, {date}. {month}", "{date}. {month} {year}"),
    "fr": ("{day} {date} {month}", "{date} {month} {year}"),
    "ja": ("{month}{date}日({day})", "{year}年{month}{date}日"),
    "cs": ("{day} {date}. {month}", "{date}. {month} {year}"),
    "en": ("{day} {date} {month}", "{date} {month} {year}"),
}


def acknowledgement_text(
    language: str,
    *,
    name: str,
    subject: str,
    number: str,
    promise: datetime,
    zone: ZoneInfo,
    shop: str,
    joins: bool = True,
) -> str:
    """The whole text, ready to be sent; name, subject and shop may be empty.

    An answer to it `joins` the case, unless it comes into another channel.
    """
    words = _WORDINGS[language]
    called, about = greetable_name(name), repeatable_subject(subject)
    paragraphs = [
        words.greeting.format(name=called) if called else words.stranger,
        words.thanks.format(number=number),
        words.subject.format(subject=about) if about else "",
        words.promise.format(moment=written_out(promise, zone, language)),
        words.repliable if joins else _REPLIABLE_ELSEWHERE[language],
        f"{words.regards}\n{shop}".rstrip(),
    ]
    return "\n\n".join(filter(None, paragraphs))


def written_out(instant: datetime, zone: ZoneInfo, language: str) -> str:
    """Day and time of an instant in words, as the clocks of a zone show it, with the zone's name."""
    local = instant.astimezone(zone)
    parts = parts_of(local, language)
    return _WORDINGS[language].moment.format(time=f"{local:%H:%M}", zone=zone.key, **parts)


def day_written_out(day: date, language: str, *, with_year: bool = False) -> str:
    """A day in words: with its weekday for what lies ahead, with its year instead for what may be long ago."""
    return _DAYS[language][with_year].format(year=day.year, **parts_of(day, language))


def parts_of(day: date, language: str) -> Mapping[str, str]:
    """The `day` of the week, the `date` and the `month` of a day as a language has them in a sentence."""
    words, first = _WORDINGS[language], "1er" if language == "fr" else "1"
    return {
        "day": words.days.split(", ")[day.weekday()],
        "date": first if day.day == 1 else str(day.day),
        "month": words.months.split(", ")[day.month - 1],
    }


def greetable_name(name: str) -> str:
    """The customer's name as one greets by it; empty where what stands there is no person's name."""
    shown = one_line(name)
    if len(shown) > _LONGEST_NAME or _LINK.search(shown) or _NO_NAME.search(shown):
        return ""
    last, comma, first = shown.partition(", ")
    return f"{first} {last}" if comma and "," not in first else shown


def repeatable_subject(subject: str) -> str:
    """The customer's subject as it may be repeated to them: short, in one line, and without links."""
    words = one_line(subject[: 10 * _LONGEST_SUBJECT]).split()
    safe = " ".join("…" if _LINK.search(word) else word for word in words)
    return safe if len(safe) <= _LONGEST_SUBJECT else safe[: _LONGEST_SUBJECT - 1].rstrip() + "…"
