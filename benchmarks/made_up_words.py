"""The words of made-up cases: how customers and sellers write in six languages, and what is sold."""

from __future__ import annotations

from typing import NamedTuple


class Tongue(NamedTuple):
    """How people write on one channel in one language."""

    code: str
    channel: str
    prefix: str
    currency: str
    subjects: tuple[str, ...]
    theirs: tuple[str, ...]
    ours: tuple[str, ...]


_SWEDISH = (
    (
        "Var är min order {order}?",
        "{product} är trasig",
        "Retur av {product}",
        "Fråga om leverans av {order}",
        "Saknas: {product}",
    ),
    (
        "Hej, paketet med order {order} har inte kommit än.",
        "Jag beställde {product} för två veckor sedan och har inte hört något.",
        "En av delarna saknas i kartongen.",
        "Varan var trasig när jag öppnade paketet.",
        "Kan ni skicka en ny eller betala tillbaka pengarna?",
        "Spårningen {parcel} har inte rört sig sedan i måndags.",
        "Jag vill lämna tillbaka varan, hur gör jag?",
        "Tack för svaret, men det hjälper mig tyvärr inte.",
        "Med vänliga hälsningar",
        "Det är en present och måste komma fram före helgen.",
    ),
    (
        "Hej och tack för ditt meddelande.",
        "Vi beklagar att {product} inte motsvarade dina förväntningar.",
        "En ny vara skickas i dag och kommer fram inom två arbetsdagar.",
        "Vi har frågat transportören om paket {parcel}.",
        "Pengarna för order {order} är tillbaka på ditt konto inom fem dagar.",
        "Skicka gärna en bild av skadan.",
        "Med vänlig hälsning, kundtjänst",
    ),
)
_DUTCH = (
    ("Waar blijft bestelling {order}?", "{product} is beschadigd", "Retour van {product}", "Vraag over {order}"),
    (
        "Goedemiddag, bestelling {order} is nog niet bezorgd.",
        "Ik heb {product} ontvangen maar er ontbreekt een onderdeel.",
        "De doos was helemaal gescheurd.",
        "Kunt u mij een nieuwe sturen of het geld terugstorten?",
        "De track-and-trace {parcel} staat al dagen stil.",
        "Ik wil het artikel graag retourneren.",
        "Bedankt voor uw antwoord.",
        "Met vriendelijke groet",
        "Het is een cadeau voor zaterdag.",
    ),
    (
        "Bedankt voor uw bericht.",
        "Wat vervelend dat {product} niet in orde is.",
        "Wij sturen vandaag een nieuw exemplaar, dat er binnen twee werkdagen is.",
        "Wij hebben de vervoerder naar pakket {parcel} gevraagd.",
        "Het bedrag van bestelling {order} staat binnen vijf dagen op uw rekening.",
        "Met vriendelijke groet, klantenservice",
    ),
)
_JAPANESE = (
    ("注文{order}について", "{product}が壊れていました", "返品のお願い", "{product}が届きません"),
    (
        "お世話になっております。注文番号{order}の商品がまだ届きません。",
        "{product}を開けたところ、部品が一つ足りませんでした。",
        "箱がつぶれていて、中身が壊れていました。",
        "交換または返金をお願いできますでしょうか。",
        "お問い合わせ番号{parcel}は先週から動いていません。",
        "返品の方法を教えてください。",
        "ご返信ありがとうございます。",
        "よろしくお願いいたします。",
        "プレゼント用なので急いでいます。",
    ),
    (
        "お問い合わせいただきありがとうございます。",
        "{product}の件でご迷惑をおかけし、申し訳ございません。",
        "本日、代わりの商品を発送いたします。",
        "配送業者に{parcel}の状況を確認しております。",
        "注文{order}の代金は五日以内に返金いたします。",
        "今後ともよろしくお願いいたします。",
    ),
)
_GERMAN = (
    ("Wo bleibt Bestellung {order}?", "{product} ist defekt", "Rücksendung von {product}", "Frage zur Lieferung"),
    (
        "Guten Tag, meine Bestellung {order} ist noch nicht angekommen.",
        "Bei {product} fehlt ein Teil.",
        "Das Gerät war beim Öffnen des Pakets beschädigt.",
        "Bitte schicken Sie mir Ersatz oder erstatten Sie den Betrag.",
        "Die Sendung {parcel} bewegt sich seit Tagen nicht.",
        "Ich möchte den Artikel zurückschicken.",
        "Vielen Dank für Ihre Antwort.",
        "Mit freundlichen Grüßen",
        "Es ist ein Geschenk und eilt.",
    ),
    (
        "Vielen Dank für Ihre Nachricht.",
        "Es tut uns leid, dass {product} nicht in Ordnung war.",
        "Ersatz geht heute hinaus und ist in zwei Werktagen bei Ihnen.",
        "Wir haben beim Versand nach Paket {parcel} gefragt.",
        "Der Betrag für {order} ist in fünf Tagen auf Ihrem Konto.",
        "Mit freundlichen Grüßen, Ihr Kundendienst",
    ),
)
_CZECH = (
    ("Kde je objednávka {order}?", "{product} je poškozený", "Vrácení zboží {product}", "Dotaz k dodání"),
    (
        "Dobrý den, objednávka {order} ještě nedorazila.",
        "V balení {product} chybí jedna část.",
        "Krabice byla roztržená a zboží poškozené.",
        "Můžete poslat nové, nebo vrátit peníze?",
        "Zásilka {parcel} se od pondělí nehýbe.",
        "Chci zboží vrátit.",
        "Děkuji za odpověď.",
        "S pozdravem",
    ),
    (
        "Děkujeme za zprávu.",
        "Mrzí nás, že {product} není v pořádku.",
        "Nové zboží odesíláme dnes, dorazí do dvou pracovních dnů.",
        "Na zásilku {parcel} jsme se zeptali dopravce.",
        "Peníze za objednávku {order} budou na účtu do pěti dnů.",
        "S pozdravem, zákaznický servis",
    ),
)
_ENGLISH = (
    ("Where is my order {order}?", "{product} is broken", "Return of {product}", "A question about delivery"),
    (
        "Hello, my order {order} has not arrived yet.",
        "A part of {product} is missing from the box.",
        "The item was broken when I opened the parcel.",
        "Please send another one or refund me.",
        "Tracking {parcel} has not moved since Monday.",
        "I would like to return the item.",
        "Thank you for the answer.",
        "Kind regards",
        "It is a present and has to be here by the weekend.",
    ),
    (
        "Thank you for your message.",
        "We are sorry that {product} was not as it should be.",
        "A new one leaves today and will be with you within two working days.",
        "We have asked the carrier about parcel {parcel}.",
        "The money for order {order} will be back within five days.",
        "Kind regards, customer service",
    ),
)
# Some channels stand twice or more: they bring more cases.
LANGUAGES = (
    Tongue("sv", "fyndiq", "FY", "SEK", *_SWEDISH),
    Tongue("sv", "fyndiq", "FY", "SEK", *_SWEDISH),
    Tongue("nl", "bol_nl", "BOL", "EUR", *_DUTCH),
    Tongue("nl", "bol_nl", "BOL", "EUR", *_DUTCH),
    Tongue("ja", "rakuten", "RK", "JPY", *_JAPANESE),
    Tongue("sv", "support", "WEB", "SEK", *_SWEDISH),
    Tongue("de", "support", "WEB", "EUR", *_GERMAN),
    Tongue("cs", "support", "WEB", "CZK", *_CZECH),
    Tongue("en", "support", "WEB", "EUR", *_ENGLISH),
)
SELLERS = ("eva", "bo", "ines", "jan", "kaori", "lukas", "mira", "nils", "olga", "per", "sanne", "tomas")
_FIRST = {
    "sv": "Åsa Björn Karin Lars Maja Nils Östen Pia Sven Ulla Gösta Elin",
    "nl": "Daniël Sanne Bram Femke Joris Lotte Maud Ruben Thijs Yara Willem Noor",
    "ja": "花子 太郎 美咲 健一 陽子 翔太 さくら 大輔 恵子 直樹",
    "de": "Jürgen Heike Lukas Mia Söhnke Ute Björn Käthe Paul Greta",
    "cs": "Jiří Žofie Tomáš Lucie Ondřej Šárka Petr Eliška Václav Hana",
    "en": "Anne George Priya Sam Olive Tom Grace Jack Ruth Dev",
}
_LAST = {
    "sv": "Öberg Åkesson Lindström Nyström Sjögren Hägg Dahl Ek Berg Wikström",
    "nl": "de Vries|van den Berg|Bakker|Visser|Smit|Mulder|de Ruijter|Bos|Vos|Dekker",
    "ja": "山田 佐藤 鈴木 高橋 田中 伊藤 渡辺 中村 小林 加藤",
    "de": "Müller Schäfer Weiß Köhler Groß Fuchs Krüger Böhm Vogel Lang",
    "cs": "Dvořák Novotná Černý Procházka Kučera Veselá Němec Růžička Beneš Fiala",
    "en": "Smith O'Brien Patel Jones Walker Green Hughes Clarke Shaw Reed",
}
PEOPLE = {
    code: [(f, last) for f in _FIRST[code].split() for last in _LAST[code].split("|" if "|" in _LAST[code] else None)]
    for code in _FIRST
}
_THINGS = (
    "Espresso machine", "Hand blender", "Bluetooth speaker", "LED strip", "Desk lamp", "Running shoes", "Rain jacket",
    "Backpack", "Tent", "Sleeping bag", "Phone case", "Power bank", "USB cable", "Keyboard", "Gaming mouse",
    "Coffee grinder", "Water bottle", "Yoga mat", "Dog leash", "Cat tree", "Garden hose", "Drill", "Socket set",
    "Wall clock", "Bed linen", "Curtain", "Toy train", "Puzzle", "Board game", "Bicycle light",
)  # fmt: skip
_KINDS = ("Nordlys", "Vega 2", "Classic", "Mini", "Pro X", "Kompakt")
PRODUCTS = [(f"{thing} {kind}", 49 + 37 * place % 1900) for place, thing in enumerate(_THINGS) for kind in _KINDS]
