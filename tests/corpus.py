"""Text to search in, in several scripts. All of it was written for these tests."""

LINES = (
    # English
    "The train to Brighton leaves at 7.45, shall we meet at the station?",
    "I don't think the station has a café any more, but there is one in New York Street.",
    "Could you send me the résumé of Zoë? Her naïve façade fooled everybody.",
    "OK. See you at 10:30 – bring the keys!",
    "The newest newsletter is in the news folder, not in New  York.",
    "to be, or not to be",
    # German, French, Spanish, Portuguese
    "Die Straße ist gesperrt, wir fahren über Köln und dann weiter nach Düsseldorf.",
    "STRASSENBAHN oder Straßenbahn? Groß geschrieben jedenfalls.",
    "L'été dernier nous étions à Besançon; le garçon de café était très aimable.",
    "¿Dónde está la estación? Mañana vuelve el niño de España.",
    "A informação sobre o avião não está correta, amanhã às três.",
    # Czech, Polish, Turkish, Vietnamese, Danish
    "Příliš žluťoučký kůň úpěl ďábelské ódy v Plzni.",
    "Zażółć gęślą jaźń, a potem jedź do Łodzi.",
    "İstanbul'da ılık bir akşam, ISI otuz derece.",
    "Tôi muốn ăn phở ở Hà Nội vào buổi sáng.",
    "Ørsted spiste rødgrød med fløde på Ærø.",
    # Cyrillic, Greek
    "Привет! Ёлка уже стоит, а йогурт в холодильнике.",
    "Завтра утром поезд в Москву, не забудь паспорт и зарядку.",
    "Київ – столиця України, їжак їсть яблуко.",
    "Καλημέρα σας, η Αθήνα είναι όμορφη την άνοιξη. ΟΔΟΣ και οδός.",
    # Hebrew, Arabic, Persian, Hindi, Bengali, Tamil
    "שלום, הרכבת לחיפה יוצאת בשמונה. שָׁלוֹם רב!",
    "مرحبا، القطار إلى القاهرة يصل في السابعة. مُحَمَّد هنا.",
    "می‌خواهم کتاب بخوانم، کتاب‌ها روی میز هستند.",
    "कल सुबह की ट्रेन से दिल्ली जाना है, हिन्दी में लिखो।",
    "আমি কাল ঢাকা যাব, কো কেমন আছো?",
    "நாளை காலை சென்னைக்கு ரயில் உள்ளது.",
    # Thai, Chinese, Japanese, Korean
    "พรุ่งนี้เช้ารถไฟไปเชียงใหม่ออกเจ็ดโมง อย่าลืมตั๋ว",
    "明天早上的火车去北京,别忘了带护照。",
    "我们在中国銀行旁边的咖啡店见面吧!国中生也来。",
    "明日の朝、東京行きの電車に乗ります。コーヒーを買ってください。",
    "ガラスとカラスは違う。がっこうへ行く。ハンカクｶﾞ",
    "내일 아침 기차로 부산에 갑니다. 여권을 잊지 마세요.",
    "서울역에서 만나요 한국어로 써 주세요",
    "iPhone手机坏了,用Python3写一个脚本。",
    # Emoji and signs
    "Great news 🎉🎉 we won 👍🏽 👩‍💻 🇩🇪",
    "It works :) ;-) <3 (maybe)",
    # What programs and mail look like
    "I write C++ and C#, not c. See bob@example.org or https://example.org/a/b?c=d&e=%20f",
    "foo_bar = baz.qux(*args, **kwargs)  # \"quoted\" 'text'",
    "SELECT * FROM messages WHERE text LIKE '%a_b%'; -- OR 1=1",
    'NEAR("a b", 2) AND NOT x OR y* ^z +w -v ~u @5 col:val',
    'rm -rf /tmp/foo && echo $HOME | grep -i "a\\b" > out.txt',
    "two\nlines\n\nand\ta tab",
    "e\u0301te\u0301 A\u030angstro\u0308m o\u0302\u0323 \u1112\u1161\u11ab\u1100\u1173\u11af ﬁne ①② Ｆｕｌｌ ½",
    "x" * 200 + " y" + "z" * 100,
    "!?... --- ***",
    "1 2 3 42 2026-01-31 ٣٤ ४२",
)
