"""The language of templates: what is in it, what is not, and that nothing written in it runs on or grows."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alertd.model import Message
from alertd.notify.template_budget import Budget, TemplateLimit
from alertd.notify.template_language import Form
from alertd.notify.templates import MAX_OUTPUT, MAX_SOURCE, BadTemplate, Template, TemplateFailed, fill
from tests.notify.cases import NOW, event, message


def write(source: str, form: Form = "text", told: Message | None = None) -> str:
    return fill(Template(source, form), told or message(), NOW)


def fault(source: str, form: Form = "text") -> BadTemplate:
    with pytest.raises(BadTemplate) as found:
        Template(source, form)
    return found.value


def failure(source: str, form: Form = "text") -> str:
    with pytest.raises(TemplateFailed) as found:
        write(source, form)
    return str(found.value)


# --- what is in it ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "written"),
    [
        ("{{ alert.severity|upper }}: {{ alert.title|cut(10) }}", "HIGH: Vega Grid…"),
        ("{% for m in alert.matches %}{{ loop.index }}/{{ loop.length }} {{ m.rule }}{% endfor %}", "1/1 big-compute-lease"),  # noqa: E501
        ("{% for x in news %}{{ x }}{% else %}nothing new{% endfor %}", "nothing new"),
        ("{% if alert.severity in ['high', 'critical'] and not told_before %}loud{% endif %}", "loud"),
        ("{% set who = receiver ~ '!' %}{{ who }}", "ai-desk!"),
        ("{{ event.published_at|clock }} {{ event.published_at|clock('Europe/London', 'second') }}", "07:41 EST 12:41:56 GMT"),  # noqa: E501
        ("{{ alert.note|default('no note') }}{{ alert.note }}", "no note"),
        ("{{ 0.08|percent }} {{ 3 * 2 + 1 }} {{ 7 // 2 }} {{ (2.567)|round(1) }}", "+8.0 % 7 3 2.6"),
        ("{{ {'b': 1, 'a': 2}|items|map('0')|sort|join('+') }}", "a+b"),
        ("{{ [3, 1, 'x', 1]|unique|sort(reverse=true)|join }}", "x31"),
        ("{{ alert.matches|where('severity', 'high')|length }}{{ alert.matches|where('auto')|length }}", "10"),
        ("{{ 'a-b'|replace('-', '+') }}{{ '  x '|trim }}{{ ['p', 'q']|first }}{{ ['p', 'q']|reverse|first }}", "a+bxpq"),  # noqa: E501
        ("{{ '5.0'|number + 1 }}{{ 'x'|number(0) }}{{ 'ab'|capitalize }}{{ 'a\\nb'|line }}", "60Aba b"),
        ("{{ event.excerpt[:5] }}{{ lines.rows[0].label }}", "LumenSays"),
        ("{{ true }}{{ none }}{{ 2.50 }}", "true2.5"),
    ],
)  # fmt: skip
def test_what_a_message_needs_is_there(source: str, written: str) -> None:
    assert write(source) == written


def test_an_amount_is_written_as_people_write_it() -> None:
    from alertd.model import Amount

    told = message(event=event(amounts=[Amount(low=3e9, high=4e9, per="year")]))
    assert write("{{ event.amounts[0]|money }}", told=told) == "$3-4bn a year"


# --- what is not, with its line -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("{{ alrt.title }}", "there is no variable `alrt`: did you mean `alert`?"),
        ("{{ 1|uper }}", "there is no filter `uper`: did you mean `upper`?"),
        ("{{ 1 is odded }}", "there is no test `odded`"),
        ("{{ 9 ** 9 ** 9 }}", "`**` is not there"),
        ("{{ range(10) }}", "calls are not there"),
        ("{{ alert.title.upper() }}", "calls are not there"),
        ("{{ cycler(1) }}", "calls are not there"),
        ("{% macro x() %}{% endmacro %}", "macros are not there"),
        ("{% include 'x' %}", "`include` is not there"),
        ("{% import 'x' as y %}", "`import` is not there"),
        ("{% extends 'x' %}", "`extends` is not there"),
        ("{% block x %}{% endblock %}", "`block` is not there"),
        ("{% set x %}{% endset %}", "write `{% set name = value %}`"),
        ("{% filter upper %}{% endfilter %}", "write `{{ value|filter }}`"),
        ("{% for x in news recursive %}{% endfor %}", "`recursive`"),
        ("{{ '%s'|format(1) }}", "there is no filter `format`"),
        ("{{ alert|attr('x') }}", "there is no filter `attr`"),
        ("{{ alert.title|safe }}", "there is no filter `safe`"),
        ("{{ 99999999999999999999 }}", "a number is too large"),
        ("{{ " + "9" * 6000 + " }}", "it cannot be read"),
        ("{{ " + "(" * 5000, "it cannot be read"),
        ("{% if x %}" * 50 + "{% endif %}" * 50, "deeper than"),
        ("".join(f"{{% for a{i} in news %}}" for i in range(5)) + "{% endfor %}" * 5, "deeper than 4"),
        ("{% if %}", "Expected an expression"),
        ("{{ x", "unexpected end of template"),
        ("x" * (MAX_SOURCE + 1), "longer than 64 KiB"),
    ],
)
def test_what_is_not_in_the_language_is_refused_when_it_is_read(source: str, said: str) -> None:
    assert said in fault(source).message


def test_a_fault_is_told_with_line_and_column() -> None:
    found = fault("first\n  {{ alrt }}")
    assert (found.line, found.column) == (2, 3)


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("\n\n{{ alert.titel }}", "line 3: there is no 'titel' here; there are id, revision"),
        ("{{ ''.__class__ }}", "a str has no '__class__'"),
        ("{{ alert['__class__'] }}", "there is no '__class__' here"),
        ("{{ alert }}", "a mapping cannot be written as it is"),
        ("{{ alert.matches }}", "a list cannot be written as it is"),
        ("{{ notice.text }}", "nothing (none) has no 'text'"),
        ("{{ 'x' * 1000000000 }}", "`*` is for numbers"),
        ("{{ [1] + [2] }}", "`+` is for numbers"),
        ("{{ '%999999999d' % 1 }}", "`%` is for numbers"),
        ("{{ 1 / 0 }}", "division by zero"),
        ("{{ 999999999 * 999999999 }}", "a number is too large"),
        ("{% for c in alert.title %}{% endfor %}", "`for` goes through lists, not through a str"),
        ("{{ alert.matches < 1 }}", "not supported"),
        ("{{ 'x'|cut }}", "a filter was given what it cannot take"),
        ("{{ 'x'|sort }}", "this filter is for lists"),
        ("{{ event.title[99999] }}", "there is no item 99999"),
        ("{{ alert.matches[0][0] }}", "there is no '0' here"),
        ("{{ {}.x }}", "there is no 'x' here; there is nothing"),
    ],
)
def test_what_only_a_message_shows_fails_with_the_line(source: str, said: str) -> None:
    assert said in failure(source)


# --- nothing runs on, nothing grows ---------------------------------------------------------------------------


_TEN = "{% set l = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10] %}"


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("{% set x = 'aaaaaaaa' %}" + "{% set x = x ~ x ~ x %}" * 60 + "{{ x }}", "a text is longer than"),
        ("{% set x = ['a', 'b'] %}" + "{% set x = [x, x, x] %}" * 60 + "{{ x|json }}", "has more than 2000 parts"),
        ("{% set x = {'a': 1} %}" + "{% set x = {'a': x, 'b': x} %}" * 60 + "{{ x|json }}", "has more than 2000 parts"),  # noqa: E501
        ("{% set x = (1, 2) %}" + "{% set x = (x, x) %}" * 60, "has more than 2000 parts"),
        (_TEN + "{% for a in l %}{% for b in l %}{% for c in l %}{% for d in l %}x{% endfor %}{% endfor %}"
         "{% endfor %}{% endfor %}", "goes through too much"),
        (_TEN + "{% for a in l %}{% for b in l %}{% for c in l %}{{ alert|json|length }}{% endfor %}"
         "{% endfor %}{% endfor %}", "goes through too much"),
        (_TEN + "{% for a in l %}{% for b in l %}" + "z" * 5000 + "{% endfor %}{% endfor %}", "more than 65536"),
        ("{{ event.excerpt|replace('', 'zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz'"
         "|replace('z', 'zzzzzzzzzzzzzzzzzzzzzz')) }}", "a text is longer than"),
        ("{% set x = 'aaaaaaaaaaaaaaaa' %}" + "{% set x = [x, x, x, x]|join(x) %}" * 9, "a text is longer than"),
    ],
)  # fmt: skip
def test_what_would_grow_ends(source: str, said: str) -> None:
    assert said in failure(source)


def test_the_steps_of_a_render_are_counted_not_timed() -> None:
    budget = Budget(steps=10)
    budget.spend(10)
    with pytest.raises(TemplateLimit):
        budget.spend(1)


_PIECES = st.sampled_from(
    ["{{ x }}", "{{ alert.title }}", "{% for m in alert.matches %}", "{% endfor %}", "{% if loud %}", "{% endif %}",
     "{% set x = event.excerpt %}", "{% set x = x ~ x %}", "{% set x = [x, x] %}", "{{ x|json }}", "{{ x|length }}",
     "{% for a in x %}", "{{ x * x }}", "{{ (x, x) == (x, x) }}", "{{ x|join(x) }}", "{{ x|replace('', x) }}", "{{",
     "}}", "<", "\n"]
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(
    st.lists(st.one_of(_PIECES, st.text(max_size=5)), max_size=30), st.sampled_from(["text", "html", "slack", "json"])
)
def test_whatever_is_written_it_is_refused_or_ends(pieces: list[str], form: Form) -> None:
    try:
        made = write("{% set x = news %}" + "".join(pieces), form)
    except (BadTemplate, TemplateFailed):
        return
    assert len(made) <= MAX_OUTPUT


# --- strangers' words -----------------------------------------------------------------------------------------

HOSTILE = '<!channel> <https://x|y> "</script>\\ & {{ 7 * 7 }} {% raw %} \u202e\x07'


@pytest.mark.parametrize(
    "source", ["{{ event.title }}", "{{ 'x ' ~ event.title }}", "{{ [event.title]|join }}", "{{ event.title|trim }}"]
)
def test_in_slack_and_html_every_value_is_escaped_however_it_was_made(source: str) -> None:
    told = message(event=event(title=HOSTILE))
    for form in ("slack", "html"):
        made = write(source, form, told)
        assert "<" not in made and ">" not in made and "{{ 7 * 7 }}" in made


def test_in_json_every_value_is_a_whole_json_value() -> None:
    import json

    told = message(event=event(title=HOSTILE))
    made = write(
        '{"t": {{ event.title }}, "n": {{ alert.revision }}, "none": {{ alert.note }}, "l": {{ news }}}', "json", told
    )
    assert json.loads(made) == {"t": HOSTILE, "n": 1, "none": None, "l": []}
    assert "what it writes is no JSON" in failure('{"t": "{{ event.title }}"}', "json")
    assert write("{% if notice %}{}{% endif %}\n", "json") == ""


def test_what_is_written_for_one_form_is_no_way_into_another() -> None:
    import json

    told = message(event=event(title='1, "planted": 2', body="</p><b>"))
    for filter_ in ("slack", "html", "trim", "line"):
        made = json.loads(write(f'{{"t": {{{{ event.title|{filter_} }}}}}}', "json", told))
        assert set(made) == {"t"}
    assert "<b>" not in write("{{ event.excerpt|slack }}{{ event.excerpt|json }}", "html", told)
    assert "<b>" not in write("{{ event.excerpt|json }}", "slack", told)


@pytest.mark.parametrize("source", ["{{ self }}", "{{ self.x }}", "{{ super }}", "{{ caller }}", "{{ varargs }}"])
def test_names_of_jinjas_own_are_not_there(source: str) -> None:
    assert "there is no variable" in fault(source).message


@pytest.mark.parametrize("source", ["{{ loop }}", "{{ loop|json }}", "{{ loop.cycle }}", "{{ loop._iterable }}"])
def test_of_a_loop_there_is_where_it_stands(source: str) -> None:
    assert failure("{% for m in alert.matches %}" + source + "{% endfor %}")


@given(st.text(), st.text())
def test_no_text_of_a_stranger_breaks_out_of_json(title: str, body: str) -> None:
    import json

    told = message(event=event(title=title, body=body))
    made: dict[str, Any] = json.loads(write('{"t": {{ event.title ~ "!" }}, "b": {{ event.excerpt }}}', "json", told))
    assert made["t"] == title.encode("utf-8", "replace").decode() + "!"
