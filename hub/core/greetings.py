"""Salutation and closing of a letter, as people write them in the languages that casehub knows."""

from __future__ import annotations

import re

_SALUTATIONS = (
    r"geachte|beste|hallo|hoi|hi|hey|dag|goedendag|goedemorgen|goedemiddag|goedenavond|lieve"
    r"|hej|hejsan|god dag|god morgon|bästa|kära"
    r"|guten tag|guten morgen|guten abend|liebe|lieber|sehr geehrte|sehr geehrter|moin"
    r"|bonjour|bonsoir|salut|cher|chère|madame|monsieur"
    r"|dobrý den|dobré ráno|dobrý večer|vážený|vážená|ahoj"
    r"|hello|dear|good morning|good afternoon|good evening"
)
# After it come a name, or words by which a stranger is called; "Beste oplossing is ruilen," has neither.
_CALLED = (
    r"[A-ZÀ-ÞĀ-Ž][\w.'’-]*|de|den|der|van|von|la|le|du|och|en|und|et|a|and|of|or"
    r"|klant|kund|kunde|mevrouw|meneer|heer|heren|dames|customer|sir|madam|there|pane|paní|zákazníku|"
    r"client|cliente|allemaal|alla|alle|tous|all|/"
)
_SALUTATION = re.compile(
    rf"\s*(?P<said>(?i:{_SALUTATIONS})(?:[ \t]+(?:{_CALLED})){{0,5}})[ \t]*(?:[,!.:;]|\r|\n|$)", re.UNICODE
)
_SALUTATION_JA = re.compile(r"\s*(?P<said>[^\n。、]{0,20}(?:様|さま|お客様|お客さま))[ \u3000]*(?:[、,]|\r|\n|$)")
_CLOSINGS = (
    r"met (?:vriendelijke|hartelijke) groet(?:en)?|vriendelijke groet(?:en)?|hartelijke groet(?:en)?"
    r"|groetjes|groeten|mvg|hoogachtend"
    r"|(?:med )?vänliga? hälsning(?:ar)?|(?:med )?bästa hälsningar|hälsningar|mvh"
    r"|mit freundlichen grüßen|mit freundlichem gruß|(?:freundliche|viele|liebe|beste) grüße|mfg|hochachtungsvoll"
    r"|(?:bien )?cordialement|(?:sincères )?salutations|bien à vous|sincèrement"
    r"|s pozdravem|s přátelským pozdravem|hezký den"
    r"|(?:kind|best|warm) regards|regards|yours (?:sincerely|faithfully)|best wishes|sincerely"
)
_CLOSING = re.compile(rf"^[ \t]*(?P<said>{_CLOSINGS})[ \t]*[,.!]?[ \t]*$", re.IGNORECASE | re.MULTILINE)
_LINES_OF_CLOSING = 5


def greeting_in(text: str) -> str:
    """The salutation that a text begins with, else the closing that it ends with, empty where it has neither."""
    found = _SALUTATION.match(text) or _SALUTATION_JA.match(text)
    if found is None:
        lines = text.rstrip().splitlines()[-_LINES_OF_CLOSING:]
        found = _CLOSING.search("\n".join(lines))
    return " ".join(found["said"].split()) if found else ""
