"""Charts as characters, for the terminal: blocks, or ASCII where its encoding has none. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from alertd.history.charts.values import Bar, clean, number

_COLUMNS = "▁▂▃▄▅▆▇█"
_EIGHTHS = "▏▎▍▌▋▊▉█"
_ASCII = "_.-=+*#@"


def has_blocks(encoding: str | None) -> bool:
    """Tell whether an encoding (that of stdout, say) has the characters of which charts are made."""
    try:
        (_COLUMNS + _EIGHTHS).encode(encoding or "ascii")
    except (LookupError, UnicodeEncodeError):
        return False
    return True


def sparkline(values: Sequence[float | None], *, blocks: bool = True, most: int = 60) -> str:
    """Draw the way of a value in one line of at most `most` characters; what is not known is a blank.

    From the lowest value to the highest; from zero where none is negative. More values than fit are drawn as means.
    """
    shown = _fitted(clean(values, len(values)), most)
    known = [value for value in shown if value is not None]
    if not known:
        return ""
    low, high = min(0.0, *known), max(0.0, *known)
    marks = _COLUMNS if blocks else _ASCII
    wide = (high - low) or 1.0
    return "".join(
        " " if value is None else marks[min(7, int((value - low) / wide * 8))] if high > low else marks[0]
        for value in shown
    )


def bar(value: float | None, most: float, width: int = 24, *, blocks: bool = True) -> str:
    """Draw a bar of at most `width` characters for `most`; anything that is not zero is seen."""
    if not value or most <= 0:
        return ""
    eighths = max(1, round(min(1.0, abs(value) / most) * width * 8))
    if not blocks:
        return "#" * max(1, round(eighths / 8))
    full, rest = divmod(eighths, 8)
    return "█" * full + (_EIGHTHS[rest - 1] if rest else "")


def bars(
    them: Sequence[Bar], unit: str = "", *, width: int = 24, blocks: bool = True, signed: bool = False
) -> list[str]:
    """Draw a line for each bar: label, bar, value. Clean labels for a terminal first."""
    values = clean([one.value for one in them], len(them))
    most = max((abs(value) for value in values if value is not None), default=0.0)
    long = max((len(one.label) for one in them), default=0)
    drawn = [bar(value, most, width, blocks=blocks) for value in values]
    return [
        f"{one.label:<{long}}  {shape:<{width}}  {number(value, unit, signed=signed)}"
        + (f" · {one.note}" if one.note else "")
        for one, value, shape in zip(them, values, drawn, strict=True)
    ]


def _fitted(values: list[float | None], most: int) -> list[float | None]:
    if len(values) <= most:
        return values
    size = -(-len(values) // most)
    parts = [[one for one in values[at : at + size] if one is not None] for at in range(0, len(values), size)]
    return [sum(part) / len(part) if part else None for part in parts]
