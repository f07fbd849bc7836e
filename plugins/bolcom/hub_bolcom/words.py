"""How customers of bol.com say that something is missing, in Dutch, French, German and English."""

from __future__ import annotations

import re

_SAYS_MISSING = re.compile(
    r"""\b(?:
      incompleet | onvolledig | niet\ compleet | niet\ volledig
      | ontbreekt | ontbreken | ontbrekende? | ontbrak(?:en)?
      | (?:mist|missen)\ (?:een|de|het|er|nog|\d+)
      | (?:zit(?:ten)?|zat(?:en)?)\ (?:er\ )?niet\ (?:in|bij)
      | lege\ (?:doos|verpakking) | te\ weinig\ (?:stuks|onderdelen)
      | incompl[eè]te? | manquante?s? | il\ manque | manque(?:nt)?\ (?:une?|la|le|les|des|\d+) | bo[iî]te\ vide
      | unvollst[aä]ndig | fehlt | fehlen | fehlende[rsn]?
      | incomplete | missing | empty\ box
    )\b""",
    re.IGNORECASE | re.VERBOSE,
)


def missing_word(text: str) -> str:
    """The words that tell of something missing, as they were written; empty where there are none.

    They classify a case, which a person may do otherwise at any time; they decide nothing.
    """
    found = _SAYS_MISSING.search(text[:20_000])
    return found[0] if found else ""
