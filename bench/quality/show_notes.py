"""Print research notes of the set with what is wrong with them: `python -m bench.quality.show_notes [EVENT …]`.

Without a name all that may be shown; events that are held out are not.
"""

from __future__ import annotations

import argparse

from bench.quality.note_set import read_notes
from bench.quality.notes import complaints, score


def main() -> None:
    """Print the notes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("events", nargs="*", metavar="EVENT")
    names = parser.parse_args().events
    notes = read_notes()
    if unknown := set(names) - {case.id for case in notes.cases}:
        parser.error(f"there is no event {', '.join(sorted(unknown))}")
    if closed := notes.held_out.intersection(names):
        parser.error(f"held out, and not shown: {', '.join(sorted(closed))}")
    wanted = [case for case in notes.cases if case.id in names or (not names and case.id not in notes.held_out)]
    for one in score(notes._replace(cases=wanted)):
        print(f"\n== {one.case.id}: {one.case.title}")
        for statement in one.note.statements:
            print(f"  {statement.section:<12} {statement.text}")
            for ground in statement.grounds:
                print(f"  {'':<12}   {ground.kind}: {ground.said}")
        print(f"  none found: {', '.join(one.note.none_found)}; confidence {one.note.confidence}")
        for line in complaints(one):
            print(f"  ! {line.removeprefix(one.case.id + ': ')}")


if __name__ == "__main__":
    main()
