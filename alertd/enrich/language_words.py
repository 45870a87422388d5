"""Words by which a short headline tells its language, where it is too short and too full of names for statistics.

Written by hand: what business headlines do and say in each language (`senkt`, `rachète`, `taglia`), and its small
words. Only what begins with a small letter counts, since a name (`De La Rue`, `El Pollo Loco`) is of no language; but
for nouns of German, which has them in capitals. What is a word of English too is left out, or weighs little.
"""

from __future__ import annotations

import re

MOST = 60
"""Words that are looked at."""
ENOUGH = 2
"""From this weight on a language is believed: one plain word, or two small ones."""
ENGLISH = "en"
_PLAIN, _SMALL = 2, 1

_TELLING = {
    "de": """
        senkt senken hebt erhöht kürzt streicht kauft verkauft übernimmt steigert verdient erwartet rechnet
        plant meldet warnt verliert verzeichnet zahlt schließt schliesst stoppt ruft zurück steigt sinkt fällt
        bricht legt macht trennt wechselt startet baut prüft will wächst rutscht dreht bestätigt einigt
        verklagt schreibt beruft für und mit wegen nach gegen über von vom zum zur beim bei aus auf wird nicht
        mehr weniger wieder weiter trotz deutlich kräftig überraschend im dem des der ein eine einen eines
        seine ihre Gewinnwarnung Prognose Gewinn Gewinne Umsatz Verlust Verluste Stellen Aktie Aktien Kurs
        Quartal Milliarden Millionen Übernahme Vorstand Aufsichtsrat Jahresziele Anleger Auftrag Werk
        Mitarbeiter Stellenabbau Gewinneinbruch Rekordgewinn spart prüfen liefert gewinnt scheitert bekommt
        erhält gibt lehnt peilt sichert investiert schluckt beteiligt entlässt Kosten Gericht Klage Börse
    """,
    "fr": """
        rachète racheter acquiert acquérir relève relever abaisse réduit supprime vend cède céder annonce
        prévoit vise envisage signe remporte nomme lance bondit chute recule grimpe progresse dépasse confirme
        ferme licencie milliards euros bénéfice bénéfices ventes hausse baisse perte pertes objectifs actions
        filiale postes résultat pour dans avec sur sous contre après avant vers chez ses leur leurs une aux du
        des et est selon va par entre cherche décroche rehausse négocie inquiète rejette obtient investit
        accélère creuse prépare un la le se que repreneur investisseurs
    """,
    "es": """
        compra vende eleva recorta reduce gana pierde lanza anuncia sube baja dispara cae nombra despide
        cierra firma logra prevé espera aumenta invierte ingresa acuerda ultima negocia millones beneficio
        beneficios ventas pérdidas acciones ganancias empleos opa el los las del por para con sobre su sus una
        tras hasta desde más en estudia rechaza desploma aprueba multa ofrece retira alcanza dispone vuelve
        mantiene prepara la se un al bolsa venta mercado
    """,
    "it": """
        taglia alza compra vende cede lancia richiama acquista rileva punta chiude nomina annuncia sale scende
        crolla vola rivede conferma batte assume licenzia approva cresce tratta milioni miliardi utile utili
        ricavi stime perdita perdite azioni dividendo divisione offerta quota della delle degli dei nel nella
        nelle alla allo sulla sul dal dalla il gli per con su una di respinge valuta ottiene investe rinvia
        sospende balza prepara annulla firma apre la un che si al borsa vendita
    """,
    "pt": """
        compra vende eleva corta reduz anuncia lucra lança sobe cai fecha demite nomeia prevê espera registra
        aumenta lucro lucros prejuízo milhões bilhões ações receita dividendos vendas não uma dos das pela
        pelo para com no na em após sobre aprova recusa adia investe multa desiste recompra um
    """,
    "nl": """
        verlaagt verhoogt koopt verkoopt schrapt boekt verwacht ziet neemt sluit waarschuwt stijgt daalt
        ontslaat benoemt haalt keert winst omzet verlies miljard miljoen banen aandelen kwartaal
        dividenduitkering omzetverwachting het een voor van naar met wordt meer minder niet bij uit zijn eigen
        wijst zoekt overweegt verliest wint investeert bespaart krijgt opent kosten topman beurs
    """,
    "sv": """
        höjer sänker köper säljer varslar vinst förlust aktien miljarder kronor för och med från efter till av
        tappar bygger stoppar höjs sänks vinner rapporterar
    """,
    "da": """
        hæver sænker køber sælger fyrer nedjusterer opjusterer overskud underskud milliarder kroner og fra til
        af vinder taber bygger lukker ordre stiger falder
    """,
    "no": "hever kutter kjøper selger utbyttet resultatet milliarder kroner og fra etter til av",
}  # fmt: skip
_LITTLE = """
    un une la le se que al che si um double refuse firma prepara compra multa order ordre valuta piano
    will mit von des der im dem ein eine legt plant ruft bei aus auf und mehr
    pour sur chute lance vise par du des et est entre ses une va actions euros signe ferme aux
    el los las del por para con su una en reduce opa
    per sale tale il su di dei con cede punta tratta quota batte assume utile divisione
    no na em com das dos sobre
    het een van met bij uit meer eigen kroner av og til fra av efter till med och
    Gewinn Werk Kurs Stellen
"""
_ENGLISH = """
    the of to and with from after amid its their says said sees is are was were has have had will would could may
    might into out up off as by at for on over about against ahead before than that this more less new
    cut cuts raises raised hikes lifts boosts sells sold buys bought acquires acquired wins won names named appoints
    hires sues sued files filed posts posted reports reported beats beat misses tops jumps falls fell rises rose gains
    drops dropped slips slides surges soars plunges tumbles sinks climbs lower higher shares stock stocks sales profit
    earnings revenue net deal bid stake buyback dividend declares declared pays seeks mulls eyes weighs agrees signs
    launches plans expects warns recalls announces announced completes prices priced offering results guidance
    outlook forecast loss warning merger licence license award contract owner maker unit bank order orders talks
"""


def _weights() -> dict[str, list[tuple[str, int]]]:
    little = frozenset(_LITTLE.split())
    found: dict[str, list[tuple[str, int]]] = {}
    for language, words in _TELLING.items():
        for word in dict.fromkeys(words.split()):
            found.setdefault(word, []).append((language, _SMALL if word in little else _PLAIN))
    for word in _ENGLISH.split():
        found.setdefault(word, []).append((ENGLISH, _PLAIN))
    return found


WEIGHTS = _weights()
"""Word -> what it weighs in which languages."""
_WORD = re.compile(r"[^\W\d_]{2,24}")
_COMMA = re.compile(r"(?<![\d.,])\d{1,3},\d{1,2}(?![\d,])(?: ?%| [MmBb]i?[lr])")
"""A decimal comma before per cent, or before millions and milliards: no number of English."""


def told(text: str) -> dict[str, int]:
    """Give the weight of the words of each language in a text."""
    weights: dict[str, int] = {}
    for at, word in enumerate(_WORD.findall(text)):
        if at >= MOST:
            break
        for language, weight in WEIGHTS.get(word, ()):
            weights[language] = weights.get(language, 0) + weight
    if weights and _COMMA.search(text):
        return {one: weight + (one != ENGLISH) for one, weight in weights.items()}
    return weights


def telling(weights: dict[str, int], taken_for: str) -> str:
    """Give the language that the words tell, if they do; of two alike the one that it was taken for."""
    best = max(weights.values(), default=0)
    first = [one for one, weight in weights.items() if weight == best]
    if best < ENOUGH or ENGLISH in first or 2 * weights.get(ENGLISH, 0) > best:
        return ""
    return taken_for if taken_for in first else first[0]
