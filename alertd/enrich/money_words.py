"""The words and signs in which money is written: currencies, magnitudes, numbers in words. Tables only.

Written from general knowledge of English financial text; of other languages only what stands beside a number.
"""

from __future__ import annotations

from typing import NamedTuple

from alertd.rules.money import CURRENCIES


def word_set(written: str) -> frozenset[str]:
    """Give the words of a list as they stand in the code, divided by blanks."""
    return frozenset(written.split())


MAGNITUDES: dict[str, int] = {
    "hundred": 2, "k": 3, "thousand": 3, "tsd": 3, "tausend": 3, "mil": 3, "mille": 3, "lakh": 5, "lakhs": 5,
    "lac": 5,
    "lacs": 5, "m": 6, "mn": 6, "mln": 6, "mm": 6, "mio": 6, "million": 6, "millions": 6, "millionen": 6, "millón": 6,
    "millones": 6, "milioni": 6, "miljoen": 6, "miljoner": 6, "millioner": 6, "milhões": 6, "cr": 7, "crs": 7,
    "crore": 7, "crores": 7, "b": 9, "bn": 9, "bln": 9, "billion": 9, "billions": 9, "mrd": 9, "mld": 9, "md": 9,
    "mia": 9, "milliarde": 9, "milliarden": 9, "milliard": 9, "milliards": 9, "miliardi": 9, "miliardo": 9,
    "miljard": 9, "miljarder": 9, "milliarder": 9, "bilhões": 9, "t": 12, "tn": 12, "trn": 12, "trillion": 12,
    "trillions": 12, "billionen": 12, "billones": 12,
}  # fmt: skip
"""Powers of ten. Two may follow each other: `1.5 lakh crore`, `mil millones`."""
ENGLISH = word_set("hundred thousand lakh lakhs lac crore crores million billion trillion")
LETTERS = word_set("k m b t")
"""Magnitudes of one letter: attached to the number, or a capital behind a blank."""

EAST_ASIAN: dict[str, int] = {
    "万": 4,
    "萬": 4,
    "만": 4,
    "億": 8,
    "亿": 8,
    "억": 8,
    "兆": 12,
    "조": 12,
    "千万": 7,
    "千萬": 7,
    "百万": 6,
    "百萬": 6,
    "十億": 9,
    "十亿": 9,
    "百億": 10,
    "百亿": 10,
    "千億": 11,
    "千亿": 11,
    "万亿": 12,
    "萬億": 12,
}
EAST_ASIAN_UNITS: dict[str, str] = {
    "円": "JPY", "元": "CNY", "人民币": "CNY", "美元": "USD", "米ドル": "USD", "ドル": "USD", "달러": "USD",
    "원": "KRW", "ウォン": "KRW", "ユーロ": "EUR", "欧元": "EUR", "歐元": "EUR", "유로": "EUR", "港元": "HKD",
    "新台幣": "TWD",
}  # fmt: skip

SIGNS: dict[str, str] = {
    "$": "USD", "＄": "USD", "﹩": "USD", "€": "EUR", "£": "GBP", "￡": "GBP", "₤": "GBP", "¥": "JPY", "￥": "JPY",
    "₹": "INR", "₨": "INR", "₩": "KRW", "￦": "KRW", "₽": "RUB", "₪": "ILS", "₺": "TRY", "₫": "VND", "₱": "PHP",
    "₦": "NGN", "฿": "THB", "₴": "UAH", "₸": "KZT", "₵": "GHS",
}  # fmt: skip
DOLLAR_SIGNS = frozenset("$＄﹩")
BEFORE_DOLLAR: dict[str, str] = {
    "US": "USD", "U.S.": "USD", "USD": "USD", "C": "CAD", "CA": "CAD", "CAN": "CAD", "Can": "CAD", "CDN": "CAD",
    "Cdn": "CAD", "CAD": "CAD", "A": "AUD", "AU": "AUD", "AUD": "AUD", "Aust": "AUD", "NZ": "NZD", "NZD": "NZD",
    "HK": "HKD", "HKD": "HKD", "S": "SGD", "SG": "SGD", "SGD": "SGD", "NT": "TWD", "TW": "TWD", "R": "BRL",
    "BR": "BRL",
    "MX": "MXN", "Mex": "MXN", "MEX": "MXN", "MXN": "MXN", "AR": "ARS", "CLP": "CLP", "COP": "COP", "J": "JMD",
    "TT": "TTD", "BZ": "BZD", "B": "BND", "N": "NAD", "Z": "ZWG", "M": "MXN",
}  # fmt: skip
BEFORE_YEN: dict[str, str] = {"CN": "CNY", "RMB": "CNY", "CNY": "CNY", "JP": "JPY", "JPY": "JPY"}

LEADING: dict[str, str] = {
    "Rs": "INR", "Re": "INR", "RS": "INR", "rs": "INR", "RMB": "CNY", "rmb": "CNY", "RM": "MYR", "Rp": "IDR",
    "IDR": "IDR", "kr": "SEK", "Kr": "SEK", "SFr": "CHF", "Sfr": "CHF", "Fr": "CHF", "NIS": "ILS", "TL": "TRY",
    "Ksh": "KES", "KSh": "KES", "Tk": "BDT", "Php": "PHP", "P": "PHP", "R": "ZAR", "NR": "NPR", "NRs": "NPR",
    "PKRs": "PKR", "usd": "USD", "eur": "EUR", "gbp": "GBP", "inr": "INR", "chf": "CHF", "jpy": "JPY", "Dh": "AED",
    "Dhs": "AED", "SR": "SAR", "QR": "QAR", "DKr": "DKK", "SKr": "SEK", "NKr": "NOK", "Skr": "SEK", "Nkr": "NOK",
    "Dkr": "DKK", "Eur": "EUR", "Euro": "EUR", "euro": "EUR", "EURO": "EUR",
}  # fmt: skip
ATTACHED = word_set("R P RM Fr Re SR QR NR kr")
"""Leading words that are also something else: they count only before a figure with a magnitude or grouped digits."""

_MAIN = """
    USD EUR GBP JPY CHF CAD AUD NZD CNY CNH HKD SGD TWD INR KRW SEK NOK DKK RUB PLN CZK HUF ZAR MXN BRL ILS AED SAR
    QAR KWD THB IDR MYR PHP VND PKR BDT LKR NGN KES EGP CLP ARS UAH KZT RMB
"""
MAIN = frozenset(_MAIN.split())
"""Codes that mean money beside any figure; others need a magnitude or grouped digits."""
_WORDS = "ALL TOP CUP AMD BOB"
CODES: dict[str, str] = {code: code for code in CURRENCIES - frozenset(_WORDS.split())} | {"RMB": "CNY"}
"""Codes of ISO 4217 but for those that are first of all words or a company's ticker."""


class Unit(NamedTuple):
    """A word for money behind a figure."""

    currency: str
    """Empty where the text around must say which."""
    power: int = 0
    """-2 for cents and pence."""
    careful: bool = False
    """Also another word: it counts only behind a magnitude or grouped digits."""


_NAMED = {
    "USD": "dollars dlrs dlr bucks", "EUR": "euros euro eurs", "GBP": "sterling stg quid", "JPY": "yen",
    "CNY": "yuan renminbi rmb", "INR": "rupees rupee", "RUB": "roubles rubles rouble ruble",
    "PLN": "zloty zlotys zł pln",
    "ILS": "shekels shekel", "TRY": "lira liras tl", "BRL": "reais", "SEK": "kronor", "HUF": "forints forint",
    "CZK": "koruna korunas koruny", "IDR": "rupiah", "MYR": "ringgit", "THB": "baht", "VND": "dong",
    "NGN": "naira", "UAH": "hryvnia hryvnias", "AED": "dirhams dirham", "BDT": "taka", "CHF": "sfr",
    "SAR": "riyals riyal", "KZT": "tenge",
}  # fmt: skip
UNITS: dict[str, Unit] = {word: Unit(code) for code, words in _NAMED.items() for word in words.split()} | {
    "dollar": Unit("USD", careful=True), "pounds": Unit("GBP"), "pound": Unit("GBP", careful=True),
    "won": Unit("KRW", careful=True), "rand": Unit("ZAR", careful=True), "rands": Unit("ZAR"),
    "francs": Unit("CHF"), "franc": Unit("CHF", careful=True), "kroner": Unit(""), "krone": Unit("", careful=True),
    "crowns": Unit("", careful=True), "kr": Unit("SEK"), "pesos": Unit(""), "peso": Unit("", careful=True),
    "dinars": Unit(""), "rs": Unit("INR", careful=True), "rms": Unit("MYR", careful=True),
    "cents": Unit("USD", -2), "cts": Unit("USD", -2), "pence": Unit("GBP", -2), "paise": Unit("INR", -2),
}  # fmt: skip
ADJECTIVES: dict[str, dict[str, str]] = {
    "dollar": {
        "us": "USD", "u.s": "USD", "american": "USD", "canadian": "CAD", "australian": "AUD", "aussie": "AUD",
        "singapore": "SGD", "taiwan": "TWD", "jamaican": "JMD", "namibian": "NAD", "hong kong": "HKD",
        "new zealand": "NZD", "new taiwan": "TWD",
    },
    "pound": {"british": "GBP", "egyptian": "EGP", "lebanese": "LBP", "syrian": "SYP", "sudanese": "SDG"},
    "crown": {
        "swedish": "SEK", "norwegian": "NOK", "danish": "DKK", "czech": "CZK", "icelandic": "ISK",
    },
    "peso": {
        "mexican": "MXN", "philippine": "PHP", "argentine": "ARS", "chilean": "CLP", "colombian": "COP",
        "uruguayan": "UYU", "dominican": "DOP",
    },
    "rupee": {"indian": "INR", "pakistani": "PKR", "pakistan": "PKR", "nepalese": "NPR", "mauritian": "MUR"},
    "franc": {
        "swiss": "CHF", "cfa": "XOF", "rwandan": "RWF", "congolese": "CDF", "french": "FRF", "belgian": "BEF",
        "luxembourg": "LUF",
    },
    "dinar": {"kuwaiti": "KWD", "bahraini": "BHD", "jordanian": "JOD", "iraqi": "IQD", "serbian": "RSD"},
    "riyal": {"saudi": "SAR", "qatari": "QAR", "omani": "OMR"},
    "yen": {"japanese": "JPY"}, "yuan": {"chinese": "CNY"}, "won": {"korean": "KRW"}, "lira": {"turkish": "TRY"},
    "shekel": {"israeli": "ILS"}, "ruble": {"russian": "RUB"}, "rand": {"african": "ZAR"}, "baht": {"thai": "THB"},
    "dirham": {"uae": "AED", "moroccan": "MAD"}, "zloty": {"polish": "PLN"}, "real": {"brazilian": "BRL"},
    "cent": {"us": "USD", "u.s": "USD", "euro": "EUR", "canadian": "CAD", "australian": "AUD"},
    "shilling": {"kenyan": "KES", "ugandan": "UGX", "tanzanian": "TZS"},
}  # fmt: skip
"""What an adjective makes of a word for money; two-word ones are joined by a blank."""
STEMS: dict[str, str] = {
    "dollars": "dollar", "dollar": "dollar", "dlrs": "dollar", "pounds": "pound", "pound": "pound", "crowns": "crown",
    "kronor": "crown", "kroner": "crown", "krona": "crown", "krone": "crown", "koruna": "crown", "pesos": "peso",
    "peso": "peso", "rupees": "rupee", "rupee": "rupee", "francs": "franc", "franc": "franc", "dinars": "dinar",
    "riyals": "riyal", "riyal": "riyal", "yen": "yen", "yuan": "yuan", "won": "won", "lira": "lira", "liras": "lira",
    "shekels": "shekel", "rubles": "ruble", "roubles": "ruble", "rand": "rand", "baht": "baht", "dirhams": "dirham",
    "zlotys": "zloty", "zloty": "zloty", "reais": "real", "real": "real", "cents": "cent", "cent": "cent",
    "shillings": "shilling",
}  # fmt: skip
FIRST_ADJECTIVES = frozenset(word.split()[0] for made in ADJECTIVES.values() for word in made)

HOMES: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("crown", "DKK", ("Danish", "Denmark", "Copenhagen")),
    ("crown", "NOK", ("Norwegian", "Norway", "Oslo")),
    ("crown", "SEK", ("Swedish", "Sweden", "Stockholm")),
    ("crown", "CZK", ("Czech", "Prague")),
    ("peso", "MXN", ("Mexic",)),
    ("peso", "PHP", ("Philippine", "Manila")),
    ("peso", "ARS", ("Argentin",)),
    ("peso", "CLP", ("Chile",)),
    ("peso", "COP", ("Colombia", "Bogot")),
    ("dinar", "KWD", ("Kuwait",)),
    ("dinar", "BHD", ("Bahrain",)),
    ("rupee", "PKR", ("Pakistan", "Karachi")),
    ("rupee", "LKR", ("Sri Lanka", "Colombo")),
    ("rupee", "NPR", ("Nepal",)),
    ("yuan", "CNY", ("yuan", "renminbi", "RMB", "China", "Chinese", "Shanghai", "Shenzhen", "Beijing")),
)
"""Whose money a word or sign is where the text names the country: of a crown, a peso… The first named wins."""
FRANCS: dict[str, tuple[str, ...]] = {
    "BEF": ("brussels", "belgi", "antwerp"), "FRF": ("paris", "france", "french"), "LUF": ("luxembourg",),
    "CHF": ("zurich", "geneva", "basle", "basel", "swiss", "switzerland", "berne"),
}  # fmt: skip
"""Whose francs those of a place were, in small letters; the codes are of ISO 4217 as it was then."""
LAST_FRANCS = 2001
"""The last year in which Belgium, France and Luxembourg paid in francs."""
HOME_EXCHANGES: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("CAD", ("TSX:", "TSXV:", "TSX-V:", "CSE:")), ("AUD", ("ASX:", "ASX.")), ("NZD", ("NZX:",)),
    ("HKD", ("HKEX:", "SEHK:")), ("SGD", ("SGX:",)),
)  # fmt: skip
"""A text that writes US$ beside a bare $, and names one of these exchanges, means its dollars by the bare one."""

SMALL_NUMBERS: dict[str, int] = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
    "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16, "seventeen": 17,
    "eighteen": 18, "nineteen": 19, "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60,
    "seventy": 70, "eighty": 80, "ninety": 90,
}  # fmt: skip
FRACTIONS: dict[str, float] = {"½": 0.5, "¼": 0.25, "¾": 0.75}
