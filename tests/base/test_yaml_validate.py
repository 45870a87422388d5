"""From YAML to a typed model: faults where the user can mend them, in words that the user understands."""

from __future__ import annotations

import datetime
from typing import Annotated, Any, Literal

import pytest
from pydantic import AfterValidator, Field, ValidationInfo, field_validator, model_validator

from alertd.base.config import ConfigModel, Duration, UserId
from alertd.base.secrets import Secret
from alertd.base.yaml import check, load_yaml, validate
from alertd.errors import ConfigError


def _digits(value: str) -> str:
    if value and not value.isdigit():
        raise ValueError("a CIK has digits only")
    return value


class Feed(ConfigModel):
    type: Literal["feed"]
    id: UserId
    url: str
    every: Duration | dict[str, Duration] = 60.0
    private: bool | list[str] = False
    trust: Literal["low", "medium", "high"] = "medium"


class Push(ConfigModel):
    type: Literal["push"]
    id: UserId
    token: Secret
    port: int = Field(default=80, ge=1, le=65535)
    cik: str = ""
    forms: list[Literal["8-K", "4"]] = Field(default_factory=list)

    @field_validator("cik")
    @classmethod
    def _cik(cls, value: str) -> str:
        return _digits(value)


class Web(ConfigModel):
    bind: str = "127.0.0.1:80"
    token: Secret | None = None
    sender: str = Field(default="", alias="from")

    @model_validator(mode="after")
    def _together(self, info: ValidationInfo) -> Web:
        if self.bind.startswith("0.0.0.0") and self.token is None:
            raise ValueError("needs a token")
        return self


class Model(ConfigModel):
    sources: list[Annotated[Feed | Push, Field(discriminator="type")]] = Field(default_factory=list)
    name: str = "x"
    web: Web = Web()
    extra: dict[UserId, int] = Field(default_factory=dict)
    day: datetime.date | None = None
    by_trust: dict[Literal["low", "medium", "high"], int] = Field(default_factory=dict)
    by_cik: dict[Annotated[str, AfterValidator(_digits)], int] = Field(default_factory=dict)


ID = "should be lower-case letters, digits and dashes, at most 63, starting with a letter or digit"
DURATION = "a duration is a number with ms, s, m, h or d, such as 30s or 24h"
TRUST = "one of: low, medium, high"


def faults(text: str) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        validate(Model, load_yaml(text, "f.yaml"))
    return [str(f) for f in caught.value.faults]


def feed(rest: str) -> str:
    return f"sources: [{{type: feed, id: a, url: u, {rest}}}]\n"


def push(rest: str) -> str:
    return f"sources:\n- {{type: push, id: p, token: t, {rest}}}\n"


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        # keys
        ("nmae: x\n", "1:1: unknown key `nmae` (did you mean `name`?)"),
        ("q: x\n", "1:1: unknown key `q` (known here: sources, name, web, extra, day, by_trust, by_cik)"),
        ("web: {form: x}\n", "1:7: unknown key `form` (did you mean `from`?)"),
        ("web: {tokn: x}\n", "1:7: unknown key `tokn` (did you mean `token`?)"),
        ("web: {token_fil: x}\n", "1:7: unknown key `token_fil` (did you mean `token_file`?)"),
        ("web: {day: 2026-01-01}\n", "1:7: unknown key `day` (it stands beside `web`, not in it)"),
        (feed("feed: 1"), "1:39: unknown key `feed` (known here: every, private, trust)"),
        ("sources:\n- type: feed\n  id: a\n", "2:3: `url` is missing"),
        ("sources:\n- {type: feed, id: a, ulr: b}\n", "2:23: unknown key `ulr` (did you mean `url`?)"),
        ("extra: {A b: 1}\n", f"1:9: key `A b` {ID}"),
        ("name: y\nnmae: x\n", "2:1: unknown key `nmae` (`name` is given as well)"),
        ("by_trust: {hihg: 1}\n", "1:12: unknown key `hihg` (did you mean `high`?)"),
        ("by_cik: {ab: 1}\n", "1:10: key `ab`: a CIK has digits only"),
        # closed lists of words
        ("sources: [{type: fed, id: a}]\n", "1:18: `type` cannot be `fed` (did you mean `feed`? one of: feed, push)"),
        ("sources: [{id: a}]\n", "1:11: `type` is missing (one of: feed, push)"),
        ("sources: [{tpye: feed}]\n", "1:11: `type` is missing (did you mean it by `tpye`?)"),
        (feed("trust: hihg"), f"1:46: `trust` cannot be `hihg` (did you mean `high`? {TRUST})"),
        (feed("trust: [x]"), f"1:46: `trust` should be {TRUST}"),
        (feed("trust: "), f"1:39: `trust` is empty; it should be {TRUST}"),
        # sorts of values
        ("sources: feed\n", "1:10: `sources` should be a list, not text"),
        ("sources: [feed]\n", "1:11: item 1 of `sources` should be a mapping (`key: value`), not text"),
        ("web: 3\n", "1:6: `web` should be a mapping (`key: value`), not a number"),
        ("name: x\nweb:\n", "2:1: `web` is empty; it should be a mapping (`key: value`)"),
        ("name: [x]\n", "1:7: `name` should be text, not a list"),
        ("day: 2026-13-01\n", "1:6: `day` should be a date such as 2026-03-31"),
        ("day: [x]\n", "1:6: `day` should be a date such as 2026-03-31, not a list"),
        ("- name\n", "1:1: the file should be a mapping (`key: value`), not a list"),
        (push("port: abc"), "2:39: `port` should be a whole number, not text"),
        (push("port: 1.5"), "2:39: `port` should be a whole number"),
        # limits
        (push("port: 70000"), "2:39: `port` should be at most 65535"),
        ("sources: [{type: push, id: a, token: ''}]\n", "1:38: `token` is empty"),
        ("sources: [{type: push, id: My Feed, token: x}]\n", f"1:28: `id` {ID}"),
        # what models say themselves
        (push("cik: ab"), "2:38: `cik`: a CIK has digits only"),
        ("name: x\nweb:\n  bind: 0.0.0.0:80\n", "3:3: `web`: needs a token"),
        # unions: one line, from the branch that was meant
        (feed("private: 7"), "1:48: `private` should be true or false or a list, not a number"),
        (feed("private: [a, {}]"), "1:52: item 2 of `private` should be text, not a mapping"),
        (feed("every: {x: 3}"), f"1:50: `x`: {DURATION}"),
        (feed("every: 0.5"), f"1:46: `every`: {DURATION}"),
    ],
)  # fmt: skip
def test_a_fault_says_where_and_what_in_one_line(text: str, fault: str) -> None:
    assert faults(text) == [f"f.yaml:{fault}"]


def test_all_faults_come_at_once_in_the_order_of_the_file() -> None:
    text = "name: []\nsources:\n- {type: feed, id: A}\n- {type: psuh}\n- {type: push, id: b, token: []}\nx: 1\n"
    assert [f.split(": ")[0] for f in faults(text)] == [
        "f.yaml:1:7",
        "f.yaml:3:3",
        "f.yaml:3:20",
        "f.yaml:4:10",
        "f.yaml:5:30",
        "f.yaml:6:1",
    ]


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("1.10", "1.10"),
        ("0001652044", "0001652044"),
        ("1234", "1234"),
        ("true", "true"),
        ("0x1F", "0x1F"),
        ("1e3", "1e3"),
    ],
)
def test_where_text_is_wanted_the_source_text_is_taken(written: str, meant: str) -> None:
    assert validate(Model, load_yaml(f"name: {written}\n", "f.yaml")).name == meant


def test_source_text_is_taken_in_lists_of_words_secrets_and_unions_too() -> None:
    text = "sources:\n- {type: push, id: 7, token: 007, cik: 1750, forms: [8-K, 4]}\n"
    [source] = validate(Model, load_yaml(text, "f.yaml")).sources
    assert isinstance(source, Push)
    assert (source.id, source.token.reveal(), source.cik, source.forms) == ("7", "007", "1750", ["8-K", "4"])


def test_null_is_not_text() -> None:
    assert faults("name: ~\n") == ["f.yaml:1:7: `name` is empty; it should be text"]


def test_part_of_a_document_can_be_validated_with_the_places_of_the_whole() -> None:
    doc = load_yaml("sources:\n- {type: feed, id: 12, url: 3}\n- {type: feed, id: a, urk: u}\n", "f.yaml")
    assert validate(Feed, doc, ("sources", 0)).id == "12"
    made, found = check(Feed, doc, ("sources", 1))
    assert made is None
    assert [str(f) for f in found] == ["f.yaml:3:23: unknown key `urk` (did you mean `url`?)"]


@pytest.mark.parametrize("place", ["token: [{x}]", "token: {{a: {x}}}", "id: {x}, token: t", "token: t, port: {x}"])
def test_a_value_put_at_the_wrong_place_is_not_shown(place: str) -> None:
    canary = "Canary hunter2"
    text = "sources: [{type: push, " + place.format(x=canary) + "}]\n"
    assert canary not in str(faults(text))


def test_a_model_of_hundreds_of_items_validates_in_time(benchmark_items: int = 2000) -> None:
    items: list[Any] = [f"- {{type: push, id: p{i}, token: t, cik: {i + 1}}}\n" for i in range(benchmark_items)]
    made = validate(Model, load_yaml("sources:\n" + "".join(items), "f.yaml"))
    assert len(made.sources) == benchmark_items
