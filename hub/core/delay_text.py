"""What a notice of a late order says, in the customer's language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from hub.core.acknowledgement_text import greetable_name, parts_of
from hub.core.late_orders import LateOrder, Promised
from hub.core.plain_text import one_line

_LONGEST_PRODUCT = 80


@dataclass(frozen=True, slots=True)
class _Wording:
    """One language: a sentence for each thing that a customer has to know, and how a day is written in it.

    Where an order should have arrived and where it should have been sent, the sentences differ.
    """

    greeting: str
    stranger: str
    late: Mapping[Promised, str]
    known: Mapping[Promised, str]
    unknown: str
    stands: str
    cancel: str
    regards: str
    on: str
    named: str = "{number} ({product})"


def _either(arrival: str, dispatch: str) -> Mapping[Promised, str]:
    return {Promised.ARRIVAL: arrival, Promised.DISPATCH: dispatch}


_WORDINGS: Mapping[str, _Wording] = {
    "sv": _Wording(
        "Hej {name}!",
        "Hej!",
        _either(
            "Din order {order} skulle ha kommit fram senast {day}. Den är försenad, och det ber vi om ursäkt för.",
            "Din order {order} skulle ha skickats senast {day}. Den är försenad, och det ber vi om ursäkt för.",
        ),
        _either(
            "Vi räknar nu med att den kommer fram senast {day}.",
            "Vi räknar nu med att skicka den senast {day}.",
        ),
        "Vi vet inte det nya datumet än. Vi tar reda på det och skriver till dig igen så snart vi vet.",
        "Du behöver inte göra något: ordern ligger kvar och går till den adress som du angav.",
        "Vill du hellre inte vänta, svara på det här meddelandet så avbokar vi ordern, om den inte redan är på väg.",
        "Vänliga hälsningar",
        "{day} {date} {month}",
    ),
    "nl": _Wording(
        "Beste {name},",
        "Goedendag,",
        _either(
            "Uw bestelling {order} had uiterlijk {day} bij u moeten zijn. Zij is vertraagd; onze excuses daarvoor.",
            "Uw bestelling {order} had uiterlijk {day} verzonden moeten zijn. Zij is vertraagd; onze excuses daarvoor.",
        ),
        _either(
            "Wij verwachten dat zij nu uiterlijk {day} bij u aankomt.",
            "Wij verwachten haar nu uiterlijk {day} te verzenden.",
        ),
        "De nieuwe datum weten wij nog niet. Wij zoeken dit uit en schrijven u opnieuw zodra wij die weten.",
        "U hoeft niets te doen: de bestelling blijft staan en gaat naar het adres dat u hebt opgegeven.",
        "Wacht u liever niet, beantwoord dan dit bericht; wij annuleren de bestelling als zij nog niet onderweg is.",
        "Met vriendelijke groet,",
        "{day} {date} {month}",
    ),
    "de": _Wording(
        "Guten Tag {name},",
        "Guten Tag,",
        _either(
            "Ihre Bestellung {order} hätte spätestens am {day} bei Ihnen sein sollen."
            " Sie verspätet sich, und das tut uns leid.",
            "Ihre Bestellung {order} hätte spätestens am {day} verschickt werden sollen."
            " Sie verspätet sich, und das tut uns leid.",
        ),
        _either(
            "Wir rechnen nun damit, dass sie spätestens am {day} bei Ihnen ankommt.",
            "Wir rechnen nun damit, sie spätestens am {day} zu verschicken.",
        ),
        "Den neuen Termin kennen wir noch nicht. Wir klären das und schreiben Ihnen, sobald wir ihn wissen.",
        "Sie müssen nichts tun: Die Bestellung bleibt bestehen und geht an die Adresse, die Sie angegeben haben.",
        "Möchten Sie lieber nicht warten, antworten Sie auf diese Nachricht; wir stornieren die Bestellung,"
        " wenn sie noch nicht unterwegs ist.",
        "Mit freundlichen Grüßen",
        "{day}, {date}. {month}",
    ),
    "fr": _Wording(
        "Bonjour {name},",
        "Bonjour,",
        _either(
            "Votre commande {order} devait vous parvenir au plus tard le {day}."
            " Elle a du retard et nous vous prions de nous en excuser.",
            "Votre commande {order} devait être expédiée au plus tard le {day}."
            " Elle a du retard et nous vous prions de nous en excuser.",
        ),
        _either(
            "Nous prévoyons maintenant qu’elle vous parviendra au plus tard le {day}.",
            "Nous prévoyons maintenant de l’expédier au plus tard le {day}.",
        ),
        "Nous ne connaissons pas encore la nouvelle date."
        " Nous nous renseignons et vous écrirons de nouveau dès que nous la connaîtrons.",
        "Vous n’avez rien à faire : la commande est maintenue et partira à l’adresse que vous avez indiquée.",
        "Si vous préférez ne pas attendre, répondez à ce message ;"
        " nous annulerons la commande si elle n’est pas déjà en route.",
        "Cordialement,",
        "{day} {date} {month}",
    ),
    "ja": _Wording(
        "{name} 様",
        "お客様",
        _either(
            "ご注文 {order} は{day}までにお届けする予定でしたが、遅れております。誠に申し訳ございません。",
            "ご注文 {order} は{day}までに発送する予定でしたが、遅れております。誠に申し訳ございません。",
        ),
        _either(
            "現在のところ、{day}までにお届けできる見込みです。",
            "現在のところ、{day}までに発送できる見込みです。",
        ),
        "新しい日程はまだ確定しておりません。確認のうえ、分かり次第あらためてご連絡いたします。",
        "お客様にお手続きいただくことはございません。ご注文はそのまま承っており、ご指定の住所へお送りいたします。",
        "キャンセルをご希望の場合は、このメッセージにご返信ください。発送前であれば、ご注文を取り消しいたします。",
        "どうぞよろしくお願いいたします。",
        "{month}{date}日({day})",
        "{number}({product})",
    ),
    "cs": _Wording(
        "Dobrý den, {name},",
        "Dobrý den,",
        _either(
            "Vaše objednávka {order} Vám měla být doručena nejpozději {day}. Zpozdila se a omlouváme se za to.",
            "Vaše objednávka {order} měla být odeslána nejpozději {day}. Zpozdila se a omlouváme se za to.",
        ),
        _either(
            "Nyní počítáme s tím, že Vám bude doručena nejpozději {day}.",
            "Nyní počítáme s tím, že ji odešleme nejpozději {day}.",
        ),
        "Nový termín zatím neznáme. Zjišťujeme ho a napíšeme Vám znovu, jakmile ho budeme vědět.",
        "Nemusíte nic dělat: objednávka platí a půjde na adresu, kterou jste uvedli.",
        "Pokud nechcete čekat, odpovězte na tuto zprávu; objednávku zrušíme, není-li už na cestě.",
        "S pozdravem",
        "{day} {date}. {month}",
    ),
    "en": _Wording(
        "Hello {name},",
        "Hello,",
        _either(
            "Your order {order} should have reached you by {day}. It is late, and we are sorry for that.",
            "Your order {order} should have been sent by {day}. It is late, and we are sorry for that.",
        ),
        _either(
            "We now expect it to reach you by {day}.",
            "We now expect to send it by {day}.",
        ),
        "We do not know the new date yet. We are finding out, and will write to you again as soon as we know.",
        "You need not do anything: the order stands, and goes to the address that you gave.",
        "If you would rather not wait, just answer this message, and we cancel the order unless it is on its way"
        " already.",
        "Kind regards,",
        "{day} {date} {month}",
    ),
}


def delay_text(order: LateOrder, language: str, new_day: date | None = None, shop: str = "") -> str:
    """The whole notice, ready to be sent; name, products, new day and shop may be unknown."""
    words, name = _WORDINGS[language], greetable_name(order.customer.name)
    known = "" if new_day is None else words.known[order.promised].format(day=day_written_out(new_day, language))
    paragraphs = [
        words.greeting.format(name=name) if name else words.stranger,
        words.late[order.promised].format(order=_named(order, words), day=day_written_out(order.due_on, language)),
        known or words.unknown,
        words.stands,
        words.cancel,
        f"{words.regards}\n{shop}".rstrip(),
    ]
    return "\n\n".join(paragraphs)


def day_written_out(day: date, language: str) -> str:
    """A day in words, as a language has it after its word for "by"."""
    return _WORDINGS[language].on.format(**parts_of(day, language))


def _named(order: LateOrder, words: _Wording) -> str:
    product = one_line(order.products)
    if len(product) > _LONGEST_PRODUCT:
        product = product[: _LONGEST_PRODUCT - 1].rstrip() + "…"
    number = one_line(order.number)
    return words.named.format(number=number, product=product) if product else number
