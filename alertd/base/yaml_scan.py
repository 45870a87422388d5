"""The checks on a YAML file's text before and beside the parser: encoding, control characters, tabs, and the
parser's own complaints in words a person understands."""

from __future__ import annotations

import re
from bisect import bisect_right

import yaml

from alertd.errors import ConfigError, Fault

MAX_BYTES = 1024 * 1024
_ENOUGH = 200
"""Faults of one sort after which the search ends: a file of nothing but NULs is not worth a million lines."""

# YAML 1.2 section 5.1 without what an editor does not show as a line break or does not show at all:
# libyaml counts U+0085, U+2028 and U+2029 as line breaks (YAML 1.1), editors do not, so positions would be off.
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]")
_LEFT = re.compile("<{7}(?: |$)")
_TAB = re.compile(r"(?:^|(?<=[\r\n]))[ ]*(\t)[ \t]*[^\s#]")


def decode(content: str | bytes, file: str, most: int = MAX_BYTES) -> str:
    """Give the text of a file: UTF-8 of at most so many bytes, a byte order mark at its start dropped.

    Raises ConfigError.
    """
    if isinstance(content, str):
        content = content.encode("utf-8", "surrogatepass")
    if len(content) > most:
        raise ConfigError.at(file, f"the file is larger than {most >> 20} MiB", "split it")
    try:
        text = content.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError as error:
        before = content[: error.start].decode("utf-8", "surrogatepass")
        line, column = _position(_line_starts(before), len(before))
        message = f"byte 0x{content[error.start]:02x} is not UTF-8"
        raise ConfigError(Fault(file, line, column, message, "save the file as UTF-8")) from None
    return text.removeprefix("\ufeff")


def _line_starts(text: str) -> list[int]:
    return [0, *(found.end() for found in re.finditer(r"\r\n?|\n", text))]


def _position(starts: list[int], index: int) -> tuple[int, int]:
    line = bisect_right(starts, index)
    return line, index - starts[line - 1] + 1


def forbidden(text: str, file: str) -> list[Fault]:
    """Name every character that a file of text may not hold, one fault a line at most."""
    if _FORBIDDEN.search(text) is None:
        return []
    faults = []
    for number, line in enumerate(re.split(r"\r\n?|\n", text), start=1):
        if found := _FORBIDDEN.search(line):
            faults.append(
                Fault(file, number, found.start() + 1, f"character U+{ord(found[0]):04X} cannot stand in a file")
            )
            if len(faults) >= _ENOUGH:
                break
    return faults


def conflicts(text: str, file: str) -> list[Fault]:
    """Name the places where a merge left both sides: no value of a file that people write begins a line like this."""
    if "<<<<<<<" not in text:
        return []
    lines = enumerate(re.split(r"\r\n?|\n", text), start=1)
    hint = "keep one side, and take out the lines with `<<<<<<<`, `=======` and `>>>>>>>`"
    left = [
        Fault(file, number, 1, "a merge conflict is left here", hint) for number, line in lines if _LEFT.match(line)
    ]
    return left[:_ENOUGH]


def unprintable(value: str) -> str:
    """Name the control character that an escape such as `"\\0"` brought into a value, or give ''."""
    found = _FORBIDDEN.search(value)
    return f"U+{ord(found[0]):04X}" if found else ""


def tabs(text: str, file: str, quoted: list[tuple[int, int]]) -> list[Fault]:
    """Name the lines that are indented with a tab; `quoted` are the spans of quoted and block texts, in order."""
    faults: list[Fault] = []
    lines = _line_starts(text)
    starts = [start for start, _ in quoted]
    for found in _TAB.finditer(text):
        at = found.start(1)
        before = bisect_right(starts, at) - 1
        if before >= 0 and at < quoted[before][1]:
            continue
        line, column = _position(lines, at)
        faults.append(Fault(file, line, column, "a tab cannot indent", "use spaces"))
        if len(faults) >= _ENOUGH:
            break
    return faults


_WORDS: tuple[tuple[str, str, str], ...] = (
    # (part of libyaml's or PyYAML's words, what we say, what helps)
    ("mapping values are not allowed", "a second `: ` in one line", "put text that contains `: ` in quotes"),
    ("cannot start any token", "a text cannot start with this character", "put it in quotes"),
    ("unexpected end of stream", "the quote that opens here is never closed", ""),
    ("escape", "unknown escape in a double-quoted text", "write \\\\ for a backslash, or use single quotes"),
    ("hexdecimal", "unknown escape in a double-quoted text", "write \\\\ for a backslash, or use single quotes"),
    ("expected ',' or '}'", "`}` or a comma is missing", "inside { } put text with { } , or ${…} in quotes"),
    ("expected ',' or ']'", "`]` or a comma is missing", "inside [ ] put text with [ ] { } , in quotes"),
    ("expected '-' indicator", "a list item starts with `- `", "indent it like the items above"),
    ("expected <block end>", "this does not line up with the lines above", "check the indentation"),
    ("did not find expected key", "this does not line up with the lines above", "check indentation and quotes"),
    ("could not find expected ':'", "a key without `:`", "write `key: value`"),
    ("tab character", "a tab cannot indent", "use spaces"),
    ("directive", "% directives are not supported", "remove the % line; alertd reads YAML 1.2"),
    ("incompatible YAML", "% directives are not supported", "remove the % line; alertd reads YAML 1.2"),
    ("comment or line break", "after | or > the text starts in the next line", "indent it"),
    ("expected <document start>", "text after the end of the document", ""),
    ("undefined tag handle", "a text cannot start with `!`", "put it in quotes"),
    ("expected node content", "a value is missing here", ""),
)


def syntax_fault(error: yaml.YAMLError, text: str, file: str) -> Fault:
    """Say in a person's words why the text is not YAML. Never quotes the text: it may be a password."""
    problem = str(getattr(error, "problem", None) or "")
    mark = getattr(error, "problem_mark", None)
    if "unexpected end of stream" in problem:
        mark = getattr(error, "context_mark", None) or mark
    line, column = (mark.line + 1, mark.column + 1) if mark is not None else (0, 0)
    if mark is not None and text[mark.index : mark.index + 1] == "\t":
        return Fault(file, line, column, "a tab cannot stand here", "use spaces")
    for part, message, hint in _WORDS:
        if part in problem:
            return Fault(file, line, column, message, hint)
    return Fault(file, line, column, "this is not YAML", "check indentation and quotes")
