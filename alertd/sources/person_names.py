"""Names of persons as EDGAR writes them, family name first -> as people write them, where that is safe.

`ADAMS KATHERINE L` is Katherine L Adams; of `GARCIA LOPEZ MARIA` only the signature tells where the family name ends.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

_WORD = re.compile(r"[^\W\d_][\w'’.-]*")
_ENTITY = re.compile(
    r"\b(?:inc|corp|corporation|co|company|llc|lp|llp|l\.?p|ltd|plc|trust|fund|funds|partners|partnership|capital|"
    r"holdings?|group|management|advisors?|advisers?|investments?|investors|ventures?|foundation|estate|bank|sa|ag|nv|"
    r"gmbh|family|associates|equity|global|international)\b|[&/\d]",
    re.IGNORECASE,
)
_SUFFIXES = ("jr", "sr", "ii", "iii", "iv", "md", "phd", "dr", "esq")
_PARTICLES = re.compile("van|von|der|den|de|del|della|di|da|dos|du|la|le|st|san|mac|el|al|bin|ten|ter", re.IGNORECASE)
_MOST = 6


def natural_name(name: str, signatures: Iterable[str] = ()) -> str:
    """Give a person's name with the given name first; as it stands where it may be another's, or is an entity's."""
    words = name.replace(",", " ").split()
    if not 2 <= len(words) <= _MOST or _ENTITY.search(name):
        return name
    suffix = [word for word in words if word.strip(".").lower() in _SUFFIXES]
    words = [word for word in words if word not in suffix]
    if len(words) < 2:
        return name
    for signature in signatures:
        signed = [_bare(word) for word in _WORD.findall(signature[:400])]
        for family in range(1, len(words)):
            turned = words[family:] + words[:family]
            if _follows(turned, signed):
                return _cased([*turned, *suffix])
    if _PARTICLES.fullmatch(words[0]):
        return name
    middle = words[2:]
    if len(words) == 2 or (len(middle) == 1 and len(_bare(middle[0])) == 1):
        return _cased([*words[1:], words[0], *suffix])
    return name


def _bare(word: str) -> str:
    return word.strip(".'’-").lower()


def _follows(words: list[str], signed: list[str]) -> bool:
    """Whether a name stands in a signature: last word after the first, with or without what is between."""
    first, last, length = _bare(words[0]), _bare(words[-1]), len(words)
    return len(first) > 1 and any(
        word == first and last in (*signed[at + 1 : at + 3], *signed[at + length - 1 : at + length])
        for at, word in enumerate(signed)
    )


def _cased(words: list[str]) -> str:
    if any(char.islower() for word in words for char in word):
        return " ".join(words)
    return " ".join(word if _bare(word) in ("ii", "iii", "iv", "md") else word.capitalize() for word in words)
