"""Ordinary good replies of sellers, five in each language that casehub knows."""

from __future__ import annotations

from collections.abc import Mapping

_BETWEEN = "\n\n---\n\n"

_WRITTEN = {
    "sv": """
Hej Åsa!

Tack för ditt meddelande. Vi beklagar att kastrullen kom trasig. Vi skickar en ny till dig i dag, och den är
framme senast på torsdag.

Vänliga hälsningar
Eva

---

Hej! Ditt paket är på väg. Du kan följa det hos PostNord med kollinummer 3SPOST0001, och det levereras i
morgon.

---

Hej Johan, vi har betalat tillbaka 899 kr till ditt konto. Pengarna syns inom 3 bankdagar. Hör gärna av dig om
du undrar något mer. Mvh Eva

---

Hej, tack för bilderna. Vi undersöker nu vad som har hänt med lagret och återkommer till dig senast fredag kl.
15.

---

Hej! Du får gärna returnera jackan inom 30 dagar. Returfraktsedeln är bifogad. När paketet har kommit till oss
betalar vi tillbaka hela summan inom en vecka.
""",
    "nl": """
Beste Sanne,

Bedankt voor uw bericht en excuses voor het ongemak. Wij sturen u vandaag een nieuw exemplaar; u ontvangt het
uiterlijk donderdag.

Met vriendelijke groet,
Eva

---

Hoi Bram, je pakket is onderweg en wordt morgen tussen 10.00 en 12.00 uur bezorgd. Je kunt het volgen met code
3STNT0001.

---

Goedemiddag, wij hebben het aankoopbedrag van € 49,95 vandaag aan u terugbetaald. Het bedrag staat binnen 3
werkdagen op uw rekening.

---

Beste heer De Vries, wat vervelend dat de lamp niet werkt. U kunt deze gratis retourneren; het retourlabel
vindt u in de bijlage. Binnen twee dagen na ontvangst krijgt u uw geld terug.

---

Dag Fatima, we zoeken het vandaag bij PostNL uit en laten je uiterlijk woensdag 25 november weten waar je
pakket is. Is het dan niet gevonden, dan sturen we een nieuwe.
""",
    "de": """
Guten Tag Herr Groß,

vielen Dank für Ihre Nachricht. Es tut uns leid, dass die Vase zerbrochen ist. Wir senden Ihnen noch heute
Ersatz, der am Donnerstag bei Ihnen eintrifft.

Mit freundlichen Grüßen
Eva

---

Sehr geehrte Frau Vogt, Ihr Paket ist unterwegs und wird morgen zugestellt. Die Sendungsnummer ist
00340434161094.

---

Hallo Jürgen, wir haben Ihnen den Kaufpreis von 49,90 € erstattet. Das Geld ist innerhalb von 3 Werktagen auf
Ihrem Konto. Viele Grüße, Eva

---

Guten Tag, wir haben die Lieferadresse Ihrer Bestellung geändert. Das Paket verlässt unser Lager am 25.
November und ist zwei Tage später bei Ihnen.

---

Guten Tag, bitte entschuldigen Sie die Verzögerung. Wir klären mit DHL, wo Ihre Sendung ist, und melden uns
bis Mittwoch um 12:00 Uhr bei Ihnen.
""",
    "fr": """
Bonjour Madame Martin,

Merci pour votre message, et toutes nos excuses pour ce désagrément. Nous vous envoyons un nouvel article
aujourd’hui ; vous le recevrez jeudi au plus tard.

Cordialement,
Eva

---

Bonjour, votre colis est en route et sera livré demain. Vous pouvez le suivre avec le numéro 6A12345678901.

---

Bonjour Paul, nous avons remboursé 49,90 € sur votre carte. Le montant apparaîtra sous 3 à 5 jours ouvrés.
Nous restons à votre disposition.

---

Bonjour, vous pouvez nous retourner l'article gratuitement dans les 30 jours. L'étiquette de retour est en
pièce jointe, et le remboursement suivra sous une semaine.

---

Bonjour Monsieur, nous vérifions avec le transporteur où se trouve votre colis et revenons vers vous avant
mercredi 25 novembre. Merci de votre patience.
""",
    "ja": """
田中 美咲 様

お問い合わせいただき、ありがとうございます。ご迷惑をおかけし、申し訳ございません。代わりの商品を本日発送いたし
ます。11月25日までにお届けの予定です。

どうぞよろしくお願いいたします。

---

お客様

ご注文の商品は本日ヤマト運輸にて発送いたしました。伝票番号は 1234-5678-9012 です。明日お届けの予定です。

---

鈴木様、ご連絡ありがとうございます。返金のお手続きをいたしました。3営業日以内にお客様の口座へ入金されます。

---

佐藤様、配送状況を運送会社に確認いたします。明日の午後3時までに、あらためてご連絡いたします。

---

この度は商品に不足があり、誠に申し訳ございません。不足分を今週金曜日に発送いたしますので、今しばらくお待ちくだ
さい。
""",
    "cs": """
Dobrý den, pane Dvořáku,

děkujeme za Vaši zprávu a omlouváme se za potíže. Dnes Vám posíláme nové zboží, které dorazí nejpozději ve
čtvrtek.

S pozdravem
Eva

---

Dobrý den, Vaše zásilka je na cestě a zítra bude doručena. Můžete ji sledovat pod číslem DR1234567890C.

---

Dobrý den, peníze ve výši 1 299 Kč jsme Vám vrátili na účet. Budou tam do 3 pracovních dnů.

---

Dobrý den, zboží nám můžete vrátit do 30 dnů. Štítek pro zpětnou zásilku najdete v příloze. Po přijetí Vám
peníze vrátíme do týdne.

---

Dobrý den, prověřujeme u dopravce, kde se balík nachází, a ozveme se Vám do středy 25. listopadu.
""",
    "en": """
Dear Ms Nair,

Thank you for your message, and we are sorry about the broken vase. We will send you a new one today; it will
be with you by Thursday.

Kind regards,
Eva

---

Hello Tom, your order UK-88140 has been cancelled as you asked. The refund of £49.90 will be on your card
within 3 working days.

---

Hi! Your parcel is on its way and should arrive tomorrow. You can track it at DHL with the number JD014600003.

---

Hello, we are checking with the carrier where your parcel is, and will get back to you by Wednesday 25
November.

---

Hello Priya, you can return the jacket free of charge within 30 days. The label is attached. As soon as it is
here we will refund the whole price.
""",
}

GOOD: Mapping[str, tuple[str, ...]] = {
    language: tuple(texts.strip().split(_BETWEEN)) for language, texts in _WRITTEN.items()
}
