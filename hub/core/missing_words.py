"""The words by which customers say that something they paid for is not there, and those that only sound like it.

Patterns are written for text in small letters with single spaces. No platform documents such words: all are assumed,
and a person can always say better (`casehub classify`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

_FEW = r"(?:[\w']+ ){0,3}?"
"""Up to three words between two that belong together."""
_SMALL = r"(?:(?!(?:and|och|und|og|et|but|men|aber|maar|mais|ale) )[\w']{1,6} ){0,2}?"
"""Up to two small words, such as articles, that name no second thing."""


@dataclass(frozen=True, slots=True)
class Words:
    """The patterns of one language by rule, and in `harmless` what is cut out before they count."""

    rules: Mapping[str, tuple[str, ...]]
    harmless: tuple[str, ...] = ()


def _papers(verbs: str, papers: str, nothing: str) -> tuple[str, ...]:
    """Sentences in which no goods are missing but papers, answers or money, or in which nothing is missing."""
    return (
        rf"\b(?:{verbs}) {_SMALL}(?:{papers})\w*",
        rf"\b(?:{papers})\w* {_SMALL}(?:{verbs})\b",
        rf"\b(?:{nothing}) (?:[\w']+ )?(?:{verbs})\b",
        rf"\b(?:{verbs}) (?:(?:mir|uns|er|me|mig|ons|nous) )?(?:{nothing})\b",
    )


_EN_PAPERS = (
    "invoice|receipt|bill|confirmation|tracking|refund|money|repl(?:y|ies)|answer|response|e-?mail|info|label|code"
)
_SV_PAPERS = (
    "faktura|kvitto|orderbekräftelse|bekräftelse|svar|återkoppling|info|spårning|kollinummer|återbetalning|pengar|kod|"
    "returetikett|fraktsedel|mejl|mail|besked|dig"
)
_DA_PAPERS = "faktura|kvittering|bekræftelse|svar|sporing|track|retur|refusion|refundering|penge|info|mail|kode"
_NO_PAPERS = "faktura|kvittering|bekreftelse|svar|sporing|retur|tilbakebetaling|refusjon|penge|info|mail|kode"
_FI_PAPERS = "lasku|kuitti|kuitin|vahvistus|vastau|seuranta|palautus|hyvity|raha|tieto|tiedot|koodi"
_NL_PAPERS = (
    "factuur|bon|bonnetje|kassabon|bevestiging|track|antwoord|reactie|info|retour|terugbetaling|geld|garantiebewijs|code|"
    "mail|e-mail"
)
_NL_GOODS = r"onderde\w+|artikel|product|item|stuk|schroe\w+|deel|delen|helft|kabel|oplader|batterij|accessoire"
_DE_PAPERS = (
    "rechnung|quittung|beleg|kassenbon|bestätigung|antwort|rückmeldung|sendungsnummer|tracking|erstattung|"
    "rückerstattung|gutschrift|retoure|rücksende|information|angabe|worte|geld|mail|e-mail|code"
)
_FR_PAPERS = (
    "facture|reçu|ticket|confirmation|réponse|remboursement|numéro|suivi|info|étiquette|e-?mail|mail|code|argent|temps"
)
_CS_PAPERS = "faktur|účtenk|potvrzen|odpověď|odpověd|doklad|informac|číslo|peníz|refundac|kód|e-?mail"
_JA_PAPERS = "領収書|請求書|納品書|明細書|レシート|保証書の控え|返信|連絡|メール"

LANGUAGES: Mapping[str, Words] = {
    "sv": Words(
        {
            "missing": (
                r"\b(?:saknas|saknades|saknar|fattas|fattades)\b",
                r"\bsaknad[et]? (?:vara|varor|produkt|del|artikel)",
            ),
            "incomplete": (r"\b(?:ofullständig|inkomplett)\w*", r"\b(?:inte|ej) komplett\b"),
            "empty parcel": (
                r"\btom(?:t|ma)? (?:paket|kartong|låda|lådor|försändelse|kuvert|förpackning)",
                r"\b(?:paketet|kartongen|lådan|kuvertet|förpackningen) (?:är|var) (?:helt )?to(?:m|mt)\b",
            ),
            "not in the parcel": (
                rf"\binte {_FEW}(?:i|med i) (?:paketet|kartongen|lådan|försändelsen|leveransen|kuvertet)",
            ),
            "too few": (
                rf"\b(?:fick|fått|kom|mottog) (?:bara|endast) {_FEW}(?:av|istället|i stället)\b",
                rf"\b(?:bara|endast) (?:fått|mottagit) {_FEW}(?:av|istället|i stället)\b",
                r"\bglömt (?:att )?(?:skicka|packa|lägga) med\b",
            ),
        },
        _papers("saknas|saknades|saknar|fattas|fattades", _SV_PAPERS, "inget|ingenting|inte|aldrig"),
    ),
    "da": Words(
        {
            "missing": (r"\bmanglede?\b", r"\bmangler\b", r"\bmanglende (?:vare|del|produkt|artikel)"),
            "incomplete": (r"\bufuldstændig\w*", r"\bikke komplet\b"),
            "empty parcel": (
                r"\btom(?:me)? (?:pakke|æske|kasse|kuvert)",
                r"\b(?:pakken|æsken|kassen) (?:er|var) (?:helt )?tom\b",
            ),
            "not in the parcel": (rf"\bikke {_FEW}i (?:pakken|æsken|kassen|leveringen|forsendelsen)",),
            "too few": (rf"\bkun (?:modtaget|fået) {_FEW}(?:af|i stedet)\b", r"\bglemt at (?:sende|pakke|lægge)\b"),
        },
        _papers("mangler|manglede", _DA_PAPERS, "intet|ingenting|ikke"),
    ),
    "no": Words(
        {
            "missing": (r"\bmangle[tr]\b", r"\bmanglende (?:vare|del|produkt|artikkel)"),
            "incomplete": (r"\bufullstendig\w*", r"\bikke komplett\b"),
            "empty parcel": (
                r"\btom(?:me)? (?:pakke|eske|boks|konvolutt)",
                r"\b(?:pakken|esken|boksen) (?:er|var) (?:helt )?tom\b",
            ),
            "not in the parcel": (rf"\bikke {_FEW}i (?:pakken|esken|boksen|leveransen|forsendelsen)",),
            "too few": (rf"\bbare (?:mottatt|fått) {_FEW}(?:av|i stedet)\b", r"\bglemt å (?:sende|pakke|legge)\b"),
        },
        _papers("mangler|manglet", _NO_PAPERS, "ingenting|ikke|intet"),
    ),
    "fi": Words(
        {
            "missing": (r"\bpuuttu(?:u|i|vat|ivat|neet|nut|va|via)\b", r"\buupu[ui]\b", r"\bpuuttumaan\b"),
            "incomplete": (
                r"\b(?:epätäydellinen|vaillinainen)\b",
                r"\b(?:toimitus|paketti|tilaus) (?:on|oli) vaja(?:a|vainen)",
            ),
            "empty parcel": (
                r"\btyhjä (?:paketti|laatikko|kuori)",
                r"\b(?:paketti|laatikko|kuori) (?:on|oli) (?:aivan )?tyhjä",
            ),
            "not in the parcel": (
                rf"\b(?:ei|eivät) (?:ole|ollut|olleet) {_FEW}(?:mukana|paketissa|laatikossa|kuoressa)",
            ),
            "too few": (rf"\b(?:sain|saimme|tuli) vain {_FEW}(?:sijaan|sijasta|kappaleesta)\b",),
        },
        _papers("puuttuu|puuttui|puuttuvat|uupuu|uupui", _FI_PAPERS, "mitään ei"),
    ),
    "nl": Words(
        {
            "missing": (
                r"\bontbr(?:eekt|eken|ak|aken|ekende?)\b",
                r"\b(?:er|hier|nog|pakket|doos|set|bestelling|levering|zending) (?:mist|missen|miste|misten)\b",
                rf"\b(?:ik|wij|we) mis(?:sen|te|ten)? {_FEW}(?:{_NL_GOODS})",
                r"\bvermiste?\b",
            ),
            "incomplete": (
                r"\bincompleet\w*",
                r"\bincomplete (?:levering|bestelling|zending|set|pakket)",
                r"\bniet compleet\b",
                r"\bonvolledige? (?:levering|bestelling|pakket|set|zending)",
                r"\b(?:levering|bestelling|pakket|set|zending) (?:is|was) (?:onvolledig|niet volledig)\b",
            ),
            "empty parcel": (
                r"\bleeg pakket|\blege (?:doos|verpakking|envelop|brievenbuspakket)",
                r"\b(?:pakket|doos|envelop|enveloppe|verpakking) (?:is|was) (?:helemaal )?leeg\b",
            ),
            "not in the parcel": (
                r"\b(?:zat|zit|zaten|zitten) (?:er )?niet (?:\w+ )?(?:in|bij)\b",
                r"\bniet (?:\w+ )?(?:in|bij) (?:het|de) (?:pakket|doos|levering|zending|verpakking)\b",
            ),
            "too few": (
                r"\b(?:maar|slechts) (?:één|een|twee|drie|\d+) (?:\w+ ){0,2}?(?:ontvangen|geleverd|gekregen)\b",
                r"\b(?:maar|slechts) (?:één|een|twee|drie|\d+) (?:\w+ ){0,2}?(?:in plaats van|van de)\b",
            ),
        },
        (
            *_papers("ontbreekt|ontbreken|mist|missen|mis|miste", _NL_PAPERS, "niets|niks|geen"),
            r"\b(?:ik|we|wij) mis(?:sen)? (?:je|jou|jullie|u)\b",
        ),
    ),
    "de": Words(
        {
            "missing": (r"\bfehl(?:t|en|te|ten|ende?[rsmn]?)\b", r"\bvermiss(?:e|en|t)\b"),
            "incomplete": (r"\bunvollständig\w*", r"\bnicht (?:vollständig|komplett)\b(?! (?:erstattet|bezahlt))"),
            "empty parcel": (
                r"\bleer(?:es|er|e|en)? (?:paket|karton|päckchen|umschlag|verpackung|schachtel)",
                r"\b(?:paket|karton|päckchen|umschlag|verpackung|schachtel) (?:war|ist|kam) (?:\w+ )?leer\b",
            ),
            "not in the parcel": (
                rf"\bnicht {_FEW}(?:im|in der|in dem) (?:paket|karton|lieferung|päckchen|schachtel|verpackung)\b",
                r"\blag(?:en)? nicht (?:da)?bei\b",
            ),
            "too few": (
                r"\bnur (?:ein|eine|einen|eins|zwei|drei|\d+) (?:\w+ ){0,3}?(?:statt|geliefert|erhalten|bekommen)\b",
            ),
        },
        _papers("fehlt|fehlen|fehlte|vermisse|vermissen", _DE_PAPERS, "nichts|nicht|kein|keine"),
    ),
    "fr": Words(
        {
            "missing": (r"\bmanqu(?:e|ent|ait|aient|ant|ante|ants|antes)\b",),
            "incomplete": (r"\b(?:incomplets?|incomplètes?)\b",),
            "empty parcel": (
                r"\b(?:colis|carton|paquet|enveloppe|bo[iî]te) (?:(?:est|était|arrivée?|reçue?) )*(?:\w+ )?vide\b",
            ),
            "not in the parcel": (
                rf"\bpas {_FEW}dans (?:le |mon |la |l'|ma )?(?:colis|carton|paquet|bo[iî]te|enveloppe)\b",
            ),
            "too few": (
                r"\b(?:n'ai|n'avons|n'a|n'avez) (?:reçu|livré|envoyé) qu(?:'|e )",
                r"\boublié (?:de |d')(?:mettre|envoyer|joindre)",
            ),
        },
        (
            *_papers("manque|manquent|manquait|manquant|manquante", _FR_PAPERS, "rien|pas"),
            r"\bmanque de (?!nombreu)",
            r"\bmanque d'",
        ),
    ),
    "en": Words(
        {
            "missing": (r"\bmissing\b(?! (?:you|out|the point))",),
            "incomplete": (
                r"\bincomplete (?:order|delivery|parcel|package|set|shipment)",
                r"\b(?:order|delivery|parcel|package|set|shipment) (?:is|was|arrived|came) incomplete\b",
            ),
            "empty parcel": (
                r"\bempty (?:box|parcel|package|envelope)",
                r"\b(?:box|parcel|package|envelope) (?:is|was|arrived|came) (?:\w+ )?empty\b",
            ),
            "not in the parcel": (
                rf"(?:\bnot|n't) {_FEW}(?:in|inside) (?:the |my )?(?:box|parcel|packag(?:e|ing)|envelope|delivery)\b",
            ),
            "too few": (
                rf"\bonly (?:received|got|sent|delivered) {_FEW}(?:of|out of|instead)\b",
                rf"\b(?:received|got|sent|delivered) only {_FEW}(?:of|out of|instead)\b",
                r"\bforg(?:ot|otten) to (?:send|include|pack)\b",
            ),
        },
        (
            *_papers("missing", _EN_PAPERS, "nothing|not|isn't|aren't|no"),
            r"\bam i missing\b",
            r"\bmissing (?:something|anything)\?",
        ),
    ),
    "cs": Words(
        {
            "missing": (r"\bchyb(?:í|i|ěl[aoiy]?|el[aoiy]?|ějí|ejí|ějící\w*|ející\w*)\b",),
            "incomplete": (r"\b(?:neúpln|nekompletn)\w+",),
            "empty parcel": (
                r"\bprázdn\w+ (?:balí|krabic|obálk|zásilk)",
                r"\b(?:balík|balíček|krabice|obálka|zásilka) (?:byl[ao]?|je|přiš\w+) (?:\w+ )?prázdn",
            ),
            "not in the parcel": (
                rf"\b(?:nebyl[aoiy]?|není|nejsou) {_FEW}v (?:balíku|balíčku|krabici|zásilce|obálce)\b",
            ),
            "too few": (rf"\b(?:jen|pouze) (?:jeden|jednu|jedno|dva|dvě|tři|\d+) {_FEW}(?:z|ze|místo)\b",),
        },
        _papers("chybí|chybi|chyběla|chyběl|chybělo", _CS_PAPERS, "nic"),
    ),
    "ja": Words(
        {
            "not in the parcel": (
                r"入って(?:い)?(?:ない|なかった|ません)",
                r"入っておりません",
                r"入ってなく",
                r"同梱(?:漏れ|もれ)",
                r"同梱されて(?:い)?(?:ない|なかった|ません)",
                r"入れ忘れ",
                r"付属(?:品|のもの)?[^。!?]{0,12}(?:ない|なかった|ありません|無い|ございません|付いてい?ません)",
            ),
            "too few": (
                r"足り(?:ない|なかった|ません|ておりません|なく)",
                r"足らない",
                r"不足",
                r"個数[^。!?]{0,10}(?:違|少な|合わな|合いま|足)",
                r"(?:届|到着|開封|受け取)[^。!?]{0,40}欠品",
                r"欠品[^。!?]{0,30}(?:届|到着し|開封|受け取)(?!予定)",
            ),
            "empty parcel": (r"空箱", r"空の(?:箱|袋|封筒)", r"中身が(?:空|から|無|な)"),
        },
        (
            rf"(?:{_JA_PAPERS})[^。!?、]{{0,12}}(?:入って|同梱|足り|付属|不足)[^。!?]{{0,8}}",
            r"(?:説明|睡眠|勉強|情報|理解|認識|確認|運動|力|残高|資金|在庫)(?:が|の|も)?不足",
            r"(?:在庫|お金|金額|料金|ポイント|残高)[^。!?、]{0,4}足り",
            r"不足(?:は|も|が)?(?:ない|なく|ありません|ございません|していません)",
            r"(?:電源|スイッチ|予定|入金)[^。!?]{0,4}入って",
        ),
    ),
    "zh": Words(
        {
            "missing": (r"(?<!多)少了", r"缺(?:件|少|了)", r"(?:没|沒)(?:有)?(?:收到|装|裝|放|寄)(?:全|齐|齊)"),
            "not in the parcel": (r"漏(?:发|發|寄|装|裝|放)", r"少(?:发|發|寄|装|裝|给|給)"),
            "incomplete": (r"不(?:齐全|齊全|完整)",),
            "empty parcel": (r"空(?:包裹|盒|箱)",),
            "too few": (r"(?:数量|數量)(?:不对|不對|不足|不够|不夠)",),
        },
        (
            r"(?:没有|沒有|不|并未|並未)(?:缺|少了|漏)",
            r"(?:缺少|少了|漏寄|漏发|漏發)(?:了)?(?:发票|發票|收据|收據|信息|資訊|说明|說明)",
        ),
    ),
}
"""The languages of the platforms that casehub knows."""
