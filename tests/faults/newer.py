"""A version of alertd that does not exist yet: a copy of this one whose records have a field more, and whose scripts
are others. What it writes, this version must keep and be able to use; and the other way round."""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path
from typing import Any

import alertd

FIELD = "tomorrow"
VALUE = ["of a newer version"]
RECORDS = {
    "model.py": (
        "Provenance", "Event", "Alert", "Told", "AlertState", "SourceState", "Standing", "Message", "Delivery",
        "Hold", "Silence", "JournalRecord",
    ),
    "enrich/story.py": ("StoryState",),
}  # fmt: skip
_ADDED = f"\n\n    {FIELD}: list[str] = msgspec.field(default_factory=lambda: {VALUE!r})\n"


def make_newer(folder: Path) -> dict[str, str]:
    """Make the copy, and give the environment in which `python -m alertd` is it."""
    root = Path(alertd.__file__).parent
    copy = folder / "newer" / "alertd"
    shutil.copytree(root, copy, copy_function=os.symlink, ignore=shutil.ignore_patterns("__pycache__"))
    for name, classes in RECORDS.items():
        text = (copy / name).read_text()
        for each in classes:
            text, count = re.subn(
                rf'(class {each}\([^)]*\):\n    """(?:[^"]|"(?!""))*""")', rf"\g<1>{_ADDED}", text, count=1
            )
            assert count == 1, f"{name} has no class {each} as it is looked for here"
        # flat records are written by scripts too, and have scalars only
        text = re.sub(
            rf"(class Delivery\(.*?{FIELD}: ).*?\n", rf'\g<1>str = "{VALUE[0]}"\n', text, count=1, flags=re.S
        )
        _write(copy / name, text)
    for script in (copy / "store/scripts").glob("*.lua"):
        lines = script.read_text().splitlines(keepends=True)
        first = 1 if lines[0].startswith("-- requires:") else 0
        lines.insert(first, "-- as a newer version has it\n")
        _write(script, "".join(lines))
    _write(copy / "__init__.py", (copy / "__init__.py").read_text().replace(alertd.__version__, "9.0.0"))
    path = os.pathsep.join(filter(None, (str(copy.parent), os.environ.get("PYTHONPATH", ""))))
    return {"PYTHONPATH": path}


def _write(path: Path, text: str) -> None:
    path.unlink()
    path.write_text(text)


def marked(record: Any) -> int:
    """Count the places of a record in which the newer version's field stands."""
    if isinstance(record, dict):
        return (FIELD in record) + sum(marked(value) for name, value in record.items() if name != FIELD)
    if isinstance(record, list):
        return sum(map(marked, record))
    return 0
