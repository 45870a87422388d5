"""The `form` leaf with its `item` option, and how forms and items are written.

A form names its amendments too: `8-K` holds for 8-K and 8-K/A, `8-K/A` for the amendment alone. The SEC renamed
`SC 13D` and `SC 13G` to `SCHEDULE 13D` and `SCHEDULE 13G` in December 2024; here they are one.
"""

from __future__ import annotations

import re
from functools import lru_cache

from alertd.base import suggest
from alertd.model import Evidence
from alertd.rules.leaves import listed
from alertd.rules.logic import Clause, Leaf, Reading, Result, Scope, Truth
from alertd.text.quote import MAX_QUOTE

COMMON_FORMS = frozenset(
    """
    1-A|1-K|1-SA|1-U|10-12B|10-12G|10-D|10-K|10-KT|10-Q|10-QT|11-K|13F-HR|13F-NT|144|15-12B|15-12G|15-15D|18-K|20-F
    20FR12B|20FR12G|25|25-NSE|3|305B2|4|40-17G|40-F|424A|424B1|424B2|424B3|424B4|424B5|424B7|424B8|425|485APOS
    485BPOS|497|497K|5|6-K|8-A12B|8-A12G|8-K|8-K12B|8-K12G3|ABS-15G|ABS-EE|ARS|CERT|CORRESP|DEF 14A|DEF 14C|DEFA14A
    DEFC14A|DEFM14A|DEFM14C|DEFR14A|DFAN14A|DFRN14A|DRS|EFFECT|F-1|F-10|F-1MEF|F-3|F-3ASR|F-4|F-6|F-6EF|FWP|N-14
    N-1A|N-2|N-CEN|N-CSR|N-CSRS|N-PX|NPORT-P|NT 10-K|NT 10-Q|NT 20-F|POS AM|POSASR|PRE 14A|PRE 14C|PREC14A|PREM14A
    PREM14C|PRER14A|PRRN14A|PX14A6G|RW|S-1|S-11|S-1MEF|S-3|S-3ASR|S-4|S-4EF|S-8|SC 13E3|SC 14D9|SC 14F1|SC TO-C
    SC TO-I|SC TO-T|SCHEDULE 13D|SCHEDULE 13G|SD|UPLOAD
    """.strip().replace("\n", "|").replace("    ", "").split("|")
)  # fmt: skip
"""The forms that desks name, to tell a misspelt one by; others are accepted as they are written."""

ITEMS_8K = {
    "1.01": "material agreement",
    "1.02": "termination of a material agreement",
    "1.03": "bankruptcy or receivership",
    "1.04": "mine safety",
    "1.05": "cybersecurity incident",
    "2.01": "acquisition or disposition completed",
    "2.02": "results of operations",
    "2.03": "financial obligation created",
    "2.04": "obligation accelerated",
    "2.05": "exit or disposal costs",
    "2.06": "material impairment",
    "3.01": "delisting notice",
    "3.02": "unregistered sale of equity",
    "3.03": "rights of holders changed",
    "4.01": "auditor changed",
    "4.02": "non-reliance on earlier statements",
    "5.01": "change in control",
    "5.02": "officers or directors changed",
    "5.03": "charter or bylaws amended",
    "5.04": "trading under benefit plans suspended",
    "5.05": "code of ethics",
    "5.06": "shell company status",
    "5.07": "shareholder vote",
    "5.08": "director nominations",
    "6.01": "ABS material",
    "6.02": "ABS servicer or trustee changed",
    "6.03": "ABS credit enhancement changed",
    "6.04": "ABS distribution missed",
    "6.05": "ABS securities act disclosure",
    "6.06": "static pool",
    "7.01": "Regulation FD disclosure",
    "8.01": "other events",
    "9.01": "statements and exhibits",
}
"""The items of a form 8-K (https://www.sec.gov/files/form8-k.pdf), in few words."""

_FORM = re.compile(r"[A-Z0-9][A-Z0-9 ./&-]{0,29}")
_ITEM = re.compile(r"[A-Z0-9][A-Z0-9.()]{0,9}")
_RENAMED = {"SC 13D": "SCHEDULE 13D", "SC 13G": "SCHEDULE 13G"}


@lru_cache(maxsize=4096)
def canonical_form(text: str) -> str:
    """Write a form as it is compared: upper case, single spaces, the name of today."""
    form = " ".join(text[:60].upper().split())
    base = form.removesuffix("/A")
    return _RENAMED.get(base, base) + form[len(base) :]


def base_form(text: str) -> str:
    """Give the form that an amendment amends."""
    return canonical_form(text).removesuffix("/A")


def form_fits(stated: str, wanted: str) -> bool:
    """Whether the form that a filing states is one that is asked for, given in canonical form."""
    form = canonical_form(stated)
    return form == wanted or form.removesuffix("/A") == wanted


def canonical_item(text: str) -> str:
    """Write an item as it is compared: `Item 1.01.` is `1.01`."""
    return text[:60].strip().upper().removeprefix("ITEM").strip(" .:")


def read_form(text: str) -> str:
    """Read a form as a user wrote it. Raises ValueError in words."""
    form = canonical_form(text)
    if not _FORM.fullmatch(form):
        raise ValueError("is no form, such as `8-K`, `SCHEDULE 13D` or `10-Q/A`")
    base = form.removesuffix("/A")
    if base not in COMMON_FORMS and (meant := _SQUEEZED.get(_squeeze(base))):
        raise ValueError(f"is written `{meant}{form[len(base) :]}`")
    return form


def _squeeze(form: str) -> str:
    plain = re.sub("[^A-Z0-9]", "", form)
    return re.sub("^(FORM|SCHEDULE|SC)(?=[0-9A-Z])", "", plain)


_SQUEEZED = {_squeeze(form): form for form in COMMON_FORMS}


def read_item(text: str, forms: tuple[str, ...]) -> str:
    """Read an item of one of these forms as a user wrote it. Raises ValueError in words."""
    item = canonical_item(text)
    if forms and all(form.removesuffix("/A") == "8-K" for form in forms):
        if item not in ITEMS_8K:
            near = suggest.closest(item, ITEMS_8K)
            raise ValueError("is no item of form 8-K" + (f"; did you mean `{near}`?" if near else ""))
    elif not _ITEM.fullmatch(item):
        raise ValueError("is no item, such as `1.01`")
    return item


class Filing(Leaf, frozen=True, gc=False, tag="form"):
    """The event is a filing on one of these forms and, if items are named, with one of these items."""

    any_of: tuple[str, ...]
    """In canonical form."""
    items: tuple[str, ...] = ()
    written: str = ""
    """For a named list of forms: which."""

    def label(self) -> str:
        """Say the condition in one line."""
        return f"form: {self.written or listed(self.any_of)}" + (
            f", item: {listed(self.items)}" if self.items else ""
        )

    def clauses(self) -> tuple[Clause, ...]:
        """Requires one of its forms, and one of its items if it names some."""
        forms = frozenset(f"form:{base_form(form)}" for form in self.any_of)
        return (forms, frozenset(f"item:{item}" for item in self.items)) if self.items else (forms,)

    def truth(self, reading: Reading, scope: Scope) -> Truth:
        """Compare form and items; unknown where a filing does not state them."""
        event = reading.event
        if not event.form:
            return None if event.kind == "filing" else False
        form = canonical_form(event.form)
        if form not in self.any_of and form.removesuffix("/A") not in self.any_of:
            return False
        if not self.items:
            return True
        return any(canonical_item(item) in self.items for item in event.items) if event.items else None

    def result(self, reading: Reading, scope: Scope) -> Result:
        """Compare form and items, and say which they are."""
        event = reading.event
        truth = self.truth(reading, scope)
        if not event.form:
            return Result(truth, (), "the filing states no form" if truth is None else "not a filing")
        items = [canonical_item(item) for item in event.items]
        seen = f"form is {event.form[:60]}"
        if self.items:
            seen += f", items {', '.join(items)[:120]}" if items else ", and it states no items"
        if not truth:
            return Result(truth, (), seen)
        evidence = [Evidence(field="form", start=0, end=0, quote=event.form[:MAX_QUOTE])]
        for item in dict.fromkeys(items):
            if item in self.items:
                words = f"{item} {ITEMS_8K.get(item, '')}".strip()
                evidence.append(Evidence(field="items", start=0, end=0, quote=words))
        return Result(True, tuple(evidence), seen)
