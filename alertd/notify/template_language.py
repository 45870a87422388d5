"""Jinja with nothing in it that could run on, reach out or grow: every template ends within a budget of steps.

A template is written by people of the house and filled with the words of strangers, inside the process that also
polls and delivers. So it is bounded by construction, not by a clock:

* of the language there is what a message needs: text, `{{ }}`, `if`, `for`, `set`, and the filters and tests of
  `template_filters`. No calls, no macros, no includes, no powers, no attributes of anything but our own data;
* each pass through a loop costs the parts of its body, and a filter costs what it looks at: beyond `MAX_STEPS` the
  render ends;
* texts, numbers, lists and the result have a size beyond which the render ends.

Sources: Jinja 3.1, "Sandbox" (`ImmutableSandboxedEnvironment`, `intercepted_binops`) and its AST in `jinja2.nodes`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Literal

from jinja2 import StrictUndefined, TemplateSyntaxError, nodes
from jinja2.runtime import Context, LoopContext, Undefined
from jinja2.sandbox import ImmutableSandboxedEnvironment

from alertd.base import suggest
from alertd.notify import template_filters as filters
from alertd.notify.template_budget import Budget, RawJson, RawSlack, TemplateLimit, as_text, number

MAX_DEPTH = 40
MAX_NESTED = 4
"""Loops in loops."""
MAX_NUMBER = 10**15

Form = Literal["text", "html", "slack", "json"]
"""What a template writes. `{{ }}` is escaped for it: in `json` it becomes a whole JSON value."""

_ALLOWED: tuple[type[nodes.Node], ...] = (
    nodes.Template, nodes.Output, nodes.TemplateData, nodes.If, nodes.For, nodes.Assign, nodes.With,
    nodes.Name, nodes.Const, nodes.Getattr, nodes.Getitem, nodes.Slice, nodes.CondExpr, nodes.Filter, nodes.Test,
    nodes.Compare, nodes.Operand, nodes.And, nodes.Or, nodes.Not, nodes.Neg, nodes.Pos, nodes.Concat, nodes.Add,
    nodes.Sub, nodes.Mul, nodes.Div, nodes.FloorDiv, nodes.Mod, nodes.List, nodes.Tuple, nodes.Dict, nodes.Pair,
    nodes.Keyword,
)  # fmt: skip
_WORDS: Mapping[type[nodes.Node], str] = {
    nodes.Call: "calls are not there: use a filter, `{{ x|length }}`",
    nodes.Pow: "`**` is not there",
    nodes.Macro: "macros are not there",
    nodes.Include: "a template is one file: `include` is not there",
    nodes.Import: "a template is one file: `import` is not there",
    nodes.FromImport: "a template is one file: `from` is not there",
    nodes.Extends: "a template is one file: `extends` is not there",
    nodes.Block: "a template is one file: `block` is not there",
    nodes.AssignBlock: "write `{% set name = value %}`",
    nodes.FilterBlock: "write `{{ value|filter }}`",
}
_LOOP = frozenset(("index", "index0", "revindex", "revindex0", "first", "last", "length", "previtem", "nextitem"))
_TESTS = (
    "defined", "undefined", "none", "boolean", "true", "false", "number", "string", "mapping", "sequence", "odd",
    "even", "eq", "equalto", "ne", "lt", "lessthan", "gt", "greaterthan", "le", "ge", "in",
)  # fmt: skip
_BINARY = frozenset(("+", "-", "*", "/", "//", "%"))
_COUNTED, _JOINED, _MADE = " counted", " joined", " made"
"""Names of filters that no template can write: what the language is rewritten to."""


class Language(ImmutableSandboxedEnvironment):
    """The language of templates that write one form."""

    intercepted_binops = _BINARY

    def __init__(self, form: Form) -> None:
        super().__init__(
            autoescape=form == "html",
            undefined=StrictUndefined,
            finalize=_FINALIZE[form],
            optimized=False,
            cache_size=0,
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=False,
        )
        self.form = form
        self.globals.clear()
        self.tests = {name: self.tests[name] for name in _TESTS}
        self.filters = {**filters.FILTERS, _COUNTED: _counted, _JOINED: _joined, _MADE: _made}

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        """Read a template, refuse what is not in the language, and put the counting into its loops."""
        tree = super()._parse(source, name, filename)
        _check(tree, name, 0, 0)
        _rewrite(tree)
        return tree

    def getattr(self, obj: Any, attribute: str) -> Any:
        """Look up `a.b`: a key of our data; nothing else has attributes."""
        return self.getitem(obj, attribute)

    def getitem(self, obj: Any, argument: Any) -> Any:
        """Look up `a.b` and `a["b"]`."""
        if isinstance(obj, LoopContext):
            return getattr(obj, argument) if argument in _LOOP else self.undefined(f"`loop` has no {argument!r}")
        if isinstance(obj, dict) and isinstance(argument, str | int):
            return obj[argument] if argument in obj else self.undefined(_no(obj, argument), name=str(argument))
        if isinstance(obj, list | tuple | str) and isinstance(argument, int | slice):
            try:
                return obj[argument]
            except (IndexError, TypeError, ValueError):
                return self.undefined(f"there is no item {argument!r}", name=str(argument))
        if isinstance(obj, Undefined):
            return obj
        return self.undefined(f"{_kind(obj)} has no {str(argument)[:60]!r}", name=str(argument)[:60])

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        """Calculate: numbers alone, and none that would be large."""
        if not number(left) or not number(right):
            raise TemplateLimit(f"`{operator}` is for numbers; texts are put together by `~`")
        try:
            result = self.binop_table[operator](left, right)
        except (ZeroDivisionError, OverflowError) as error:
            raise TemplateLimit(f"`{operator}`: {error}") from error
        if abs(result) > MAX_NUMBER:
            raise TemplateLimit("a number is too large")
        return result


def _no(obj: dict[Any, Any], key: str | int) -> str:
    known = ", ".join(map(str, list(obj)[:30]))
    return f"there is no {str(key)[:60]!r} here; " + (f"there are {known}" if known else "there is nothing")


def _kind(obj: Any) -> str:
    return "nothing (none)" if obj is None else f"a {type(obj).__name__}"


# --- what is in the language --------------------------------------------------------------------------------


def _check(node: nodes.Node, name: str | None, depth: int, loops: int) -> None:
    loops += isinstance(node, nodes.For)
    if depth > MAX_DEPTH or loops > MAX_NESTED:
        what = "loops are nested deeper than" if loops > MAX_NESTED else "it is nested deeper than"
        raise TemplateSyntaxError(f"{what} {MAX_NESTED if loops > MAX_NESTED else MAX_DEPTH}", node.lineno, name)
    if not isinstance(node, _ALLOWED):
        word = _WORDS.get(type(node), f"{type(node).__name__} is not there")
        raise TemplateSyntaxError(f"not in the language of templates: {word}", node.lineno, name)
    if isinstance(node, nodes.For) and node.recursive:
        raise TemplateSyntaxError("not in the language of templates: `recursive`", node.lineno, name)
    if isinstance(node, nodes.Const) and number(node.value) and abs(node.value) > MAX_NUMBER:
        raise TemplateSyntaxError("a number is too large", node.lineno, name)
    if isinstance(node, nodes.Filter | nodes.Test):
        known = filters.FILTERS if isinstance(node, nodes.Filter) else _TESTS
        if node.name not in known:
            what = "filter" if isinstance(node, nodes.Filter) else "test"
            hint = suggest.hint(node.name, known) or f"there are {', '.join(known)}"
            raise TemplateSyntaxError(f"there is no {what} `{node.name[:60]}`: {hint}", node.lineno, name)
    if isinstance(node, nodes.Filter) and (node.node is None or node.dyn_args or node.dyn_kwargs):
        raise TemplateSyntaxError("not in the language of templates: a filter of this shape", node.lineno, name)
    for child in node.iter_child_nodes():
        _check(child, name, depth + 1, loops)


def _rewrite(node: nodes.Node) -> int:
    """Put counting into what could grow; gives how many parts a node has."""
    parts = 1
    for name, value in node.iter_fields():
        if isinstance(value, nodes.Node):
            parts += _rewrite(value)
            setattr(node, name, _bounded(value))
        elif isinstance(value, list):
            for item in value:
                parts += _rewrite(item) if isinstance(item, nodes.Node) else 0
            setattr(node, name, [_bounded(item) if isinstance(item, nodes.Node) else item for item in value])
    if isinstance(node, nodes.For):
        node.iter = _filter(node.iter, _COUNTED, nodes.Const(parts))
    return parts


def _bounded(node: nodes.Node) -> nodes.Node:
    """Give what stands in place of a node: texts and lists are put together by filters that look at their size."""
    if isinstance(node, nodes.Concat):
        return _filter(nodes.Tuple(node.nodes, "load", lineno=node.lineno), _JOINED)
    if isinstance(node, nodes.List | nodes.Dict):
        return _filter(node, _MADE)
    if isinstance(node, nodes.Tuple) and node.ctx == "load":
        return _filter(node, _MADE)
    return node


def _filter(node: nodes.Node, name: str, *args: nodes.Expr) -> nodes.Filter:
    return nodes.Filter(node, name, list(args), [], None, None, lineno=node.lineno)


# --- what the language is rewritten to ------------------------------------------------------------------------


@filters.counted
def _counted(budget: Budget, items: Any, parts: int) -> Iterator[Any]:
    """Go through what a loop goes through; each pass costs the parts of the loop."""
    if not isinstance(items, list | tuple | dict):
        if isinstance(items, Undefined):
            items._fail_with_undefined_error()
        raise TemplateLimit(f"`for` goes through lists, not through {_kind(items)}")

    def passes() -> Iterator[Any]:
        for item in items:
            budget.spend(parts)
            yield item

    return passes()


@filters.counted
def _joined(budget: Budget, items: tuple[Any, ...]) -> str:
    return budget.text("".join(as_text(item) for item in items))


@filters.counted
def _made(budget: Budget, made: Any) -> Any:
    budget.spend(budget.size(made))
    return made


# --- what {{ }} becomes ---------------------------------------------------------------------------------------


def _plain(value: Any) -> Any:
    return value if isinstance(value, Undefined) else as_text(value)


def _slack(value: Any) -> Any:
    if isinstance(value, Undefined | RawSlack):
        return value
    return filters.slack_text(as_text(value))


def _json(value: Any) -> Any:
    return value if isinstance(value, Undefined | RawJson) else filters.json_text(value)


def _html(value: Any) -> Any:
    return value if isinstance(value, Undefined) or hasattr(value, "__html__") else as_text(value)


_FINALIZE = {"text": _plain, "slack": _slack, "json": _json, "html": _html}
