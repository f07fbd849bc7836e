"""The words of sentences that are kind, or say no, and by themselves offer a customer nothing, language by language."""

from __future__ import annotations

from collections.abc import Mapping

OFFERS_NOTHING: Mapping[str, str] = {
    "sv": (
        "tack|tackar|beklag*|ursäkt*|förlåt|ledsna|ledsen|tråkigt|synd|förstår|förståelse|tålamod|hälsning*|mvh|"
        "vi har tagit emot|har mottagit|har fått ditt|noterat|hoppas|välkommen|kan inte hjälpa|inget vi kan göra|"
        "kan inte göra något|göra något åt|ha en"
    ),
    "nl": (
        "bedankt|dank|excuses|sorry|spijt*|vervelend|jammer|begrijp*|begrip|geduld|groet*|mvg|"
        "hebben … bericht … ontvangen|bericht ontvangen|in goede orde ontvangen|genoteerd|hopen|hoop|"
        "kunnen … niet helpen|niets … doen|fijne dag|prettige dag"
    ),
    "de": (
        "danke|dank|bedanken|entschuldig*|bedauer*|leid|schade|verstehen|verständnis|geduld|grüße*|gruß|mfg|"
        "nachricht … erhalten|eingegangen|notiert|hoffen|hoffe|nicht helfen|nichts … tun|nichts … machen|"
        "schönen tag"
    ),
    "fr": (
        "merci|remerci*|désolé*|excus*|regret*|navré*|compren*|compréhension|patience|cordialement|salutations|"
        "avons bien reçu|bien reçu|pris note|espér*|ne pouvons pas vous aider|ne pouvons rien|rien faire|"
        "bonne journée"
    ),
    "ja": (
        "ありがとう|感謝|申し訳|お詫び|すみません|恐れ入|ご迷惑|ご不便|お待たせ|ご理解|よろしくお願い|拝見|承知|"
        "受け付け|残念|いたしかね|できません|様|お世話になって"
    ),
    "cs": (
        "děkuj*|díky|omlouv*|omluv*|promiňte|lituj*|mrzí|bohužel|chápeme|rozumíme|pochopení|trpělivost|pozdrav*|"
        "přijali jsme|jsme přijali|zaznamenali|doufáme|nemůžeme … pomoci|nic … dělat|hezký den|pěkný den"
    ),
    "en": (
        "thank|thanks|sorry|apolog*|regret*|understand*|patience|regards|sincerely|unfortunate*|received your|"
        "have received|has been received|noted|hope|hopefully|cannot help|can't help|nothing we can do|"
        "nothing can be done|nice day|great day|good day|inconvenience"
    ),
}
"""What thanks, apologises, confirms, greets or refuses: a reply of such sentences alone offers nothing."""
