"""Ordinary good replies of sellers, at least five in each language that casehub knows."""

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

---

Hej! Vad tråkigt att jackan var för liten. Du kan byta den kostnadsfritt – svara på det här mejlet med vilken
storlek du vill ha så ordnar vi bytet redan i dag.

---

Hej Björn, jag har pratat med lagret och de packar ditt paket just nu. Det lämnar oss i eftermiddag.

---

Hej, vi har nu krediterat dig 20 % av priset. Summan dras av från din faktura som förfaller den 30 november.
Tack för ditt tålamod!

---

Hej! Tyvärr är varan slut hos oss och kommer tillbaka först i januari. Vill du vänta eller ska vi avbryta
köpet? Hör av dig när det passar.

---

Hej Fatima! Tack för att du hörde av dig. Jag förstår att det är frustrerande. Skicka gärna en bild på skadan
så löser vi det här direkt.
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

---

Hoi, dat is niet de bedoeling! We hebben de fout gevonden en boeken morgen € 10 terug. Groetjes, Tim

---

Beste klant, helaas is dit artikel niet meer leverbaar. Wij annuleren uw bestelling en u heeft uw geld voor
het weekend terug.

---

Goedendag, de maat valt klein uit. Wij adviseren een maat groter te nemen. Ruilen kan gratis binnen 30 dagen.

---

Dank voor de foto's. Ik heb een nieuwe lamp voor u klaargezet, die gaat vanmiddag op de post.

---

Beste meneer Jansen, het ontbrekende onderdeel hebben we bij de leverancier besteld. Zodra het binnen is,
sturen we het u toe, naar verwachting volgende week.
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

---

Hallo Frau Vogt, die Adresse ist korrigiert. Der Versand erfolgt morgen früh, Sie bekommen dann eine E-Mail
mit der Sendungsnummer.

---

Guten Tag, leider ist der Artikel nicht mehr verfügbar. Möchten Sie eine andere Farbe, oder sollen wir den
Betrag zurückzahlen? Wir warten bis Freitag auf Ihre Antwort.

---

Sehr geehrter Herr Brandt, das fehlende Teil geht heute noch raus. Für die Umstände möchten wir uns
entschuldigen.

---

Hallo, die Jacke gibt es in XXL. Sie ist ab Montag wieder bestellbar.

---

Guten Tag Herr Groß, bitte schicken Sie uns ein Foto vom Schaden, dann regeln wir das innerhalb von 24 Stunden
für Sie.
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

---

Bonjour, je suis désolée pour cette erreur. La pièce manquante part ce matin de notre entrepôt et arrivera
chez vous sous 48h.

---

Bonjour, la taille L est disponible. L'échange est gratuit : renvoyez-nous la veste avec l'étiquette jointe
avant la fin du mois.

---

Chère Madame, le transporteur indique une livraison prévue le 25/11. Si rien n'arrive d'ici là, nous
procéderons au remboursement intégral.

---

Bonjour Monsieur Petit, votre dossier est transmis à notre atelier, qui vous donnera une réponse vendredi.
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

---

この度はご不便をおかけして申し訳ございません。返品の送料は当店が負担いたします。着払いにて11月末日までにご返送
ください。

---

鈴木様 お問い合わせの急須は在庫がございます。ご注文いただければ、翌営業日に出荷いたします。

---

お客様のご住所を変更いたしました。商品は本日中に出荷予定でございます。
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

---

Dobrý den, omlouváme se, chybějící díl odesíláme ještě dnes Zásilkovnou. Číslo zásilky Vám přijde e-mailem.

---

Dobrý den, bohužel zboží už nemáme. Chcete počkat do ledna, nebo máme objednávku zrušit?

---

Dobrý den, posíláme kurýra, který si vadný kus vyzvedne v pondělí mezi 9 a 12 hodinou.
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

---

Hi Tom, no problem at all, I've cancelled it. You'll see the money in your account by the end of the week.

---

Hello, unfortunately this item is out of stock until January. Would you like to wait, or shall we refund you?

---

Hello Priya, yes, the jacket comes in XXL. If you order before noon, it leaves us the same day.

---

Hi, thanks for the photos. I have arranged a courier to pick up the broken lamp on Monday between 9 and 12.

---

Dear Sir, the missing screws were posted this morning by first class mail. Apologies for the trouble.
""",
}

GOOD: Mapping[str, tuple[str, ...]] = {
    language: tuple(texts.strip().split(_BETWEEN)) for language, texts in _WRITTEN.items()
}
