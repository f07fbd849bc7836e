"""The words by which the soft checks know a next step, a time, and an unfriendly tone, language by language."""

from __future__ import annotations

from collections.abc import Mapping

NEXT_STEPS: Mapping[str, str] = {
    "sv": (
        "skick*|sänd*|återbetal*|betala* … tillbaka|pengarna|ersätt*|ersatt*|ny produkt|nytt exemplar|byt|byter|"
        "byta|bytt|byte|retur*|fraktsedel*|kontakta oss|kontaktar|hör av|hör vi|återkommer|återkomma|undersök*|"
        "kontroller*|kollar|kollat|utred*|lever*|på väg|hämta*|spår*|kan du|du kan|ni kan|kan ni|vänligen|"
        "svara gärna|här är|här kommer|bifog*|ändra*|avbeställ*|avbokad*|makuler*|krediter*|avdrag|lösning*|löser|"
        "löst|ja|jadå|nej|vi ska|vi kommer|kommer fram|ankom*|anländ*|ordna*|fixa*|lagar|repar*|packa*|i lager|"
        "efterlys*|reklamation*"
    ),
    "nl": (
        "stur*|stuur|opstuur*|toestur*|verstuur*|verstur*|verzend*|verzonden|terugbeta*|terugstort*|geld terug|"
        "vergoed*|crediteer*|gecrediteerd|ruil*|omruil*|vervang*|nieuw exemplaar|retour*|opsturen|opgestuurd|"
        "terugsturen|bezorg*|lever*|geleverd|onderweg|ophalen|opgehaald|nemen … contact|neem … contact|"
        "laat … weten|laten … weten|kijken … na|nagaan|nagekeken|zoek* … uit|uitzoeken|onderzoek*|kunt u|u kunt|"
        "kun je|je kunt|kan je|kan u|u kan|volg* … pakket|volgen|track*|hierbij|bijgevoegd*|bijlage|annuleer*|"
        "annuleren|geannuleerd|wijzig*|gewijzigd|aangepast|pas* … aan|aanpassen|oploss*|los* … op|opgelost|repar*|"
        "herstel*|ja|nee|wij gaan|we gaan|we zullen|wij zullen|zullen wij|zullen we|op voorraad|ontvangt u|"
        "u ontvangt|ontvang je|je ontvangt|regel*|geregeld"
    ),
    "de": (
        "schick*|geschickt|zuschick*|send*|versend*|versandt|versand*|verschick*|erstatt*|rückerstatt*|"
        "zurückerstatt*|gutschr*|gutgeschrieben|ersatz*|ersetz*|austausch*|umtausch*|tausch*|rücksend*|retour*|"
        "zurücksend*|zurückschick*|zurückgeben|liefer*|geliefert|unterwegs|zugestellt|abhol*|abgeholt|melden uns|"
        "melde mich|kontaktieren|prüf*|geprüft|klären|geklärt|nachforsch*|können sie|sie können|kannst du|"
        "du kannst|teilen sie|antworten sie|anbei|beigefügt*|anhang|angehängt|stornier*|änder*|geändert|lösung*|"
        "lösen|repar*|ja|nein|wir werden|kümmern|verfolgen|auf lager|lagernd|vorrätig|überweis*|überwiesen"
    ),
    "fr": (
        "envo*|enverr*|renvo*|renverr*|expédi*|rembours*|remplac*|échang*|retourn*|retour|livr*|en route|"
        "acheminement|récupér*|recont*|contacterons|contactez|reviendrons|reviens vers|revenons vers|tiendrons|"
        "tenons … informé*|vérifi*|enquête|recherch*|vous pouvez|pouvez-vous|pourriez-vous|suivre|suivi|ci-joint*|"
        "pièce jointe|joint*|annul*|modifi*|solution*|résou*|résol*|répar*|oui|non|nous allons|en stock|"
        "faites-nous|indiquez*|répondez|recevrez|crédit*"
    ),
    "ja": (
        "お送り|送付|発送|送らせて|返金|交換|返品|返送|お届け|配送|再送|代替|代わりの|確認いたし|確認し|確認でき|"
        "お調べ|調査|ご連絡いたし|ご連絡します|ご連絡ください|ご連絡申し上げ|ご返信|お知らせ|手配|修理|キャンセル|"
        "変更|添付|お待ちください|お待ちいただ|いただけます|可能です|できます|はい、|いいえ|在庫|追跡|伝票番号|"
        "お問い合わせ番号|承りました|対応いたします|対応させて"
    ),
    "cs": (
        "pošl*|posl*|posíl*|odešl*|odesl*|odesíl*|zasl*|zašl*|zasíl*|vrát*|vrac*|vymění*|výměn*|nahra*|náhrad*|"
        "doruč*|dodá*|na cestě|vyzved*|ozv*|budeme … kontaktovat|kontaktujte|prověř*|ověř*|zkontrol*|zjist*|"
        "zjišť*|můžete|napište|sdělte|v příloze|přiložen*|přikládá*|zruš*|storn*|změn*|uprav*|řešen*|vyřeš*|"
        "vyřídí*|oprav*|reklamac*|ano|ne|skladem|sled*|přepravc*|dopravc*|dobropis*|informovat"
    ),
    "en": (
        "send*|sent|ship*|dispatch*|refund*|money back|replac*|exchang*|return*|deliver*|on its way|on the way|"
        "collect*|pick* … up|contact us|get back to you|come back to you|let you know|let us know|check*|"
        "investigat*|look* into|you can|you may|can you|could you|please reply|track*|attach*|cancel*|chang*|"
        "updat*|solv*|solution*|repair*|fix*|yes|no|we will|we'll|i will|i'll|in stock|here is|credit*"
    ),
}
"""What offers a solution, answers yes or no, or says what happens next."""

TIMES: Mapping[str, str] = {
    "sv": (
        "eftermiddag*|förmiddag*|just nu|strax|före helgen|idag|i dag|imorgon|i morgon|ikväll|i kväll|igår|i går|"
        "omgående|omedelbart|genast|direkt|dagar|dagarna|dygn*|arbetsdag*|bankdag*|vardag*|helgen|veckan|veckor|"
        "vecka|timm*|månad*|måndag*|tisdag*|onsdag*|torsdag*|fredag*|lördag*|söndag*|januari|februari|mars|april|"
        "maj|juni|juli|augusti|september|oktober|november|december|så snart"
    ),
    "nl": (
        "voor het weekend|na het weekend|middag|avond|ochtend|vandaag|bankdagen|morgen|overmorgen|vanmiddag|"
        "vanavond|vanochtend|gisteren|meteen|direct|onmiddellijk|dagen|werkdag*|week|weken|uur|uren|maand|maanden|"
        "maandag|dinsdag|woensdag|donderdag|vrijdag|zaterdag|zondag|januari|februari|maart|april|mei|juni|juli|"
        "augustus|september|oktober|november|december|zodra"
    ),
    "de": (
        "früh|vormittag*|nachmittag*|abend|heute|banktag*|morgen|übermorgen|gestern|sofort|umgehend|unverzüglich|"
        "tage|tagen|werktag*|woche*|stunde*|monat*|montag*|dienstag*|mittwoch*|donnerstag*|freitag*|samstag*|"
        "sonntag*|januar|februar|märz|april|mai|juni|juli|august|september|oktober|november|dezember|sobald"
    ),
    "fr": (
        "matin|après-midi|soir|aujourd'hui|demain|après-demain|hier|immédiatement|tout de suite|jours|jour ouvré|"
        "jour ouvrable|semaine*|heure|heures|mois|dans la journée|ce jour|lundi|mardi|mercredi|jeudi|vendredi|"
        "samedi|dimanche|janvier|février|mars|avril|mai|juin|juillet|août|septembre|octobre|novembre|décembre|dès"
    ),
    "ja": (
        "本日|明日|今日|明後日|昨日|翌日|翌営業日|営業日|日以内|時間以内|以内に|までに|週間|今週|来週|曜日|午前|"
        "午後|#月|#日|至急|ただちに|直ちに|すぐに|早急|当日|即日|次第"
    ),
    "cs": (
        "ráno|dopoledne|odpoledne|večer|dnes|zítra|pozítří|včera|ihned|okamžitě|obratem|hned|dnů|dny|dní|týdn*|"
        "týden|hodin*|měsíc*|pondělí|úterý|středu|středa|středy|čtvrtek|čtvrtka|pátek|pátku|sobot*|neděl*|ledn*|"
        "únor*|březn*|dubn*|květn*|června|červen|červenc*|srpn*|září|říjn*|listopad*|prosin*|jakmile"
    ),
    "en": (
        "morning|noon|afternoon|evening|same day|weekend|today|tomorrow|tonight|yesterday|immediately|right away|"
        "straight away|at once|days|business day|working day|next day|one day|weekday*|hour|hours|week|weeks|"
        "month|months|monday*|tuesday*|wednesday*|thursday*|friday*|saturday*|sunday*|january|february|# march|"
        "march #|april|# may|may #|june|july|august|september|october|november|december|as soon as"
    ),
}
"""What names a date, a time, or a period."""

UNFRIENDLY: Mapping[str, str] = {
    "sv": (
        "eget fel|är ditt fel|är ert fel|skyll dig själv|du borde ha läst|du borde läst|ni borde ha läst|"
        "du borde ha vetat|som jag redan sagt|som vi redan sagt|som jag redan har sagt|lugna dig|lugna ner dig|"
        "sluta klaga|sluta tjata|sluta mejla|gnäll*|trams*|struntprat|löjlig*|idiot*|korkad*|dumma dig|du ljuger|"
        "ni ljuger|lögnare|inte vårt problem|det är ditt problem|kan du inte läsa|lär dig läsa|håll käften|"
        "struntar i"
    ),
    "nl": (
        "eigen schuld|is uw schuld|is jouw schuld|had u … moeten lezen|had je … moeten lezen|zoals ik al zei|"
        "zoals wij al zeiden|zoals al gezegd|doe eens rustig|stop met klagen|zeur*|gezeur|onzin|belachelijk*|dom|"
        "stom|idioot|idioten|u liegt|je liegt|leugenaar*|niet ons probleem|dat is uw probleem|"
        "dat is jouw probleem|kunt u niet lezen|kun je niet lezen|leer lezen|hou op|houd op"
    ),
    "de": (
        "eigene schuld|selbst schuld|ist ihre schuld|ist deine schuld|sie hätten … lesen müssen|"
        "wie ich bereits sagte|wie ich ihnen bereits|wie wir ihnen schon|beruhigen sie sich|unsinn|quatsch|"
        "blödsinn|lächerlich*|dumm|dumme*|idiot*|sie lügen|du lügst|lügner*|nicht unser problem|"
        "das ist ihr problem|können sie nicht lesen|lernen sie lesen|hören sie auf|uns egal|unverschämt*"
    ),
    "fr": (
        "est votre faute|est de votre faute|propre faute|est ta faute|auriez dû lire|auriez dû vérifier|"
        "auriez dû savoir|comme je vous l'ai déjà dit|comme déjà dit|calmez-vous|arrêtez de vous plaindre|"
        "arrêtez de nous|ridicule*|stupide*|idiot|idiote|idiots|imbécile*|menteur*|menteuse*|vous mentez|"
        "pas notre problème|c'est votre problème|savez-vous lire|apprenez à lire|n'importe quoi|taisez-vous"
    ),
    "ja": (
        "馬鹿|バカ|アホ|うるさい|しつこい|嘘つき|いい加減にし|お客様のせい|あなたのせい|お客様が悪い|自業自得|"
        "くだらない|黙れ|クレーマー|何度も言い|何度も申し上げて|知りません"
    ),
    "cs": (
        "vlastní vina|vlastní chyba|je vaše vina|je to vaše vina|je to vaše chyba|to je vaše chyba|"
        "měl jste si přečíst|měli jste si přečíst|měla jste si přečíst|jak jsem vám už|jak jsem už psal|"
        "uklidněte se|nesmysl*|směšn*|hloup*|idiot*|lžete|lhář*|není náš problém|to je váš problém|neumíte číst|"
        "naučte se číst|přestaňte"
    ),
    "en": (
        "is your fault|was your fault|own fault|you should have read|you should have checked|"
        "you should have known|as i already told|as i already said|as we already told|i already told you|"
        "stop complaining|calm down|nonsense|ridiculous|stupid|idiot*|liar|liars|you are lying|you're lying|"
        "shut up|not our problem|not my problem|that is your problem|that's your problem|it's your problem|"
        "deal with it|learn to read|can't you read|do not care|don't care|obviously you"
    ),
}
"""What blames, mocks or quarrels."""
