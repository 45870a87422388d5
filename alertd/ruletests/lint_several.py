"""What is hardly meant about several rules, files or receivers together: twice the same, untested, used by nobody."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterator, Mapping

from alertd.base.yaml_document import Place
from alertd.errors import Fault
from alertd.rules.book import Portfolio, Rule
from alertd.rules.index_leaves import OnIndex
from alertd.rules.loaded import Loaded
from alertd.rules.money import Money
from alertd.rules.shared_files import ROUTINE_FORMS
from alertd.rules.traits import walk
from alertd.ruletests.lint_condition import asks_for_holdings

_SHOWN = 5


def identical(loaded: Loaded) -> Iterator[Fault]:
    """Name rules that ask for what another one asks for and tell the same receivers: these hear of it twice."""
    first: dict[Hashable, tuple[Portfolio, Rule]] = {}
    files: dict[str, set[str]] = {}
    for portfolio, rule in loaded.book.rules():
        other_portfolio, other = first.setdefault(_asked(portfolio, rule), (portfolio, rule))
        if other is rule:
            continue
        place, other_place = loaded.places[portfolio.id, rule.id], loaded.places[other_portfolio.id, other.id]
        if _extends(portfolio, other_portfolio, loaded, files):
            continue
        whose = "" if other_portfolio is portfolio else f" of portfolio `{other_portfolio.id}`"
        message = f"rule `{rule.id}` asks for the same as rule `{other.id}`{whose}"
        hint = f"that one is in {other_place.file}:{other_place.line}; keep one of them"
        yield Fault(*place, message, hint, "warning", "same-rule")


def _extends(one: Portfolio, other: Portfolio, loaded: Loaded, files: dict[str, set[str]]) -> bool:
    """Whether two portfolios have rules out of one file, by what they extend. `files` keeps what was found."""
    for portfolio in (one, other):
        if portfolio.id not in files:
            files[portfolio.id] = {loaded.places[portfolio.id, rule.id].file for rule in portfolio.rules}
    return one is not other and not files[one.id].isdisjoint(files[other.id])


def _asked(portfolio: Portfolio, rule: Rule) -> Hashable:
    """Give all that makes a difference to who is told of what."""
    held = portfolio.holdings.hash if asks_for_holdings(rule.when) else ""
    days = (rule.valid_from, rule.valid_until)
    return (
        frozenset(rule.receivers or portfolio.receivers),
        held,
        rule.when,
        rule.state,
        rule.binds,
        rule.key,
        days,
        rule.experimental,
    )


def untested(loaded: Loaded) -> Iterator[Fault]:
    """Name the rules and event types of each file that have no test, together."""
    by_file: dict[str, list[tuple[Place, str]]] = {}
    for tests in loaded.tests:
        if not tests.tests:
            by_file.setdefault(tests.place.file, []).append((tests.place, tests.rule))
    for rules in by_file.values():
        names = [name for _, name in sorted(rules)]
        message = f"{_enumerated(names, 'and')} {'has' if len(names) == 1 else 'have'} no test"
        yield Fault(
            *min(rules)[0], message, "say under `tests:` what must be found, and what not", "warning", "no-test"
        )


def _enumerated(names: list[str], word: str) -> str:
    """Write `a`, `b` and `c`."""
    shown = [f"`{name}`" for name in names[:_SHOWN]]
    last = f"{len(names) - _SHOWN} more" if len(names) > _SHOWN else shown.pop()
    return f"{', '.join(shown)} {word} {last}" if shown else last


def unused(loaded: Loaded) -> Iterator[Fault]:
    """Name the lists and fragments that nothing names. Event types are of use all the same: messages name them."""
    left = {what: place for what, place in loaded.defined.items() if what not in loaded.named}
    for (what, name), place in left.items():
        if what == "list" and name != ROUTINE_FORMS:
            yield Fault(*place, f"nothing names list `{name}`", "", "notice", "unused-list")
        elif what == "fragment":
            yield Fault(*place, f"nothing uses fragment `{name}`", "", "notice", "unused-fragment")


def without_rates(loaded: Loaded) -> Iterator[Fault]:
    """Name the first rule that compares money if no list says what other currencies are worth."""
    if loaded.book.rates is not None:
        return
    money = [
        (loaded.places[portfolio.id, rule.id], rule.id, leaf.limit.currency)
        for portfolio, rule in loaded.book.rules()
        for leaf in walk(rule.when)
        if isinstance(leaf, Money)
    ]
    if money:
        place, name, currency = min(money)
        many = len({where for where, _, _ in money}) - 1
        who = f"rule `{name}` and {many} more compare" if many else f"rule `{name}` compares"
        message = f"{who} money in {currency}, and no list says rates: amounts in other currencies stay unknown"
        hint = f"write rules/lists/rates.yaml with `list: rates`, the `date`, `base: {currency}` and the `rates`"
        yield Fault(*place, message, hint, "notice", "no-rates")


def dead_receivers(
    receivers: Mapping[str, Place],
    sent_to: Collection[str],
    loaded: Loaded,
    escalates: Mapping[str, Collection[str]] | None = None,
) -> Iterator[Fault]:
    """Name receivers that neither a portfolio nor the settings themselves send to.

    `escalates` says to whom each receiver passes on what nobody answers there.
    """
    told = {name for portfolio in loaded.book.portfolios for name in portfolio.tells()}
    waiting = list(told)
    while waiting:
        further = set((escalates or {}).get(waiting.pop(), ())) - told
        told |= further
        waiting += further
    for name, place in receivers.items():
        if name not in told and name not in sent_to:
            hint = "name it under `receivers:` of a portfolio, or take it out"
            yield Fault(*place, f"nothing is sent to receiver `{name}`", hint, "warning", "dead-receiver")


def without_archive(loaded: Loaded) -> Iterator[Fault]:
    """Name rules that ask for an index, which is made of the archive, where none is kept."""
    for portfolio, rule in loaded.book.rules():
        asked = next((part for part in walk(rule.when) if isinstance(part, OnIndex)), None)
        if asked is not None:
            message = f"rule `{rule.id}` asks for `{asked.label()}`, which is never known without an archive"
            hint = "take `enabled: false` out of `archive` in alertd.yaml"
            yield Fault(*loaded.places[portfolio.id, rule.id], message, hint, "warning", "no-archive")
