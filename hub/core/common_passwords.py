"""The passwords of twelve characters and more that everybody tries first, in small letters and without signs."""

from __future__ import annotations

_WORDS = """
    098765432109 111222333444 112233445566 121212121212 123123123123 123412341234 123456123456 123456789012
    1234567890123 12345678901234 123456789101 1234567891011 123456789123 147258369147 159357159357 1q2w3e4r5t6y
    1q2w3e4r5t6y7u 1qaz2wsx3edc 1qaz2wsx3edc4rfv 987654321987 a12345678910 a1b2c3d4e5f6 aa1234567890
    aaaabbbbcccc abc123abc123 abcabcabcabc abcd12345678 abcdef123456 abcdefg12345 abcdefgh1234 abcdefghijkl
    admin1234567 admin12345678 adminadmin123 administrator administrator1 ahojahojahoj arigatou1234 asdfasdfasdf
    asdfghjkl123 asdfghjklzxc autumn202400 azertyuiop123 azertyuiopqs baseball1234 basketball12 batman123456
    blink182blink changeme1234 changeme12345 changemenow1 charlie12345 computer1234 correcthorsebattery
    correcthorsebatterystaple default12345 doraemon1234 dragon123456 football1234 fussball1234 geheim123456
    guest1234567 hallohallo12 hemligt12345 heslo1234567 heslo12345678 himitsu12345 ihavenopassword iloveyou1234
    iloveyou12345 iloveyouforever iloveyousomuch internet1234 jesuschrist1 letmein12345 letmein123456
    letmeinletmein liverpool123 losenord1234 lösenord1234 masterkey123 michael12345 monkey123456 mypassword123
    mysecret1234 mysecretpassword opensesame123 passw0rd1234 password1234 password12345 password123456
    password2024 password2025 password2026 passwordpassword passwort1234 passwort12345 pokemon12345 princess1234
    q1w2e3r4t5y6 qazwsxedc123 qazwsxedcrfv qweasdzxc123 qwerty123456 qwerty1234567 qwerty12345678 qwertyqwerty
    qwertyuiop12 qwertyuiop123 qwertyuiop1234 qwertyuiopas qwertyuiopasdf qwertyuiopasdfghjkl qwertzuiop123
    qwertzuiopas root12345678 rootrootroot sakura123456 schatz123456 secret123456 secretsecret sommaren2025
    spring202500 starwars1234 summer202401 summer2024summer sunshine1234 superman1234 test12345678 testing12345
    testtesttest thisisapassword thisismypassword trustno1trustno1 user12345678 wachtwoord12 wachtwoord123
    welcome12345 welcome123456 welcometohell welkom123456 whatever1234 winter202425 zxcvbnm12345 zxcvbnmasdfg
"""
COMMON = frozenset(_WORDS.split())
"""What a password may not be."""
