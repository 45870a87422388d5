"""How well events are understood: measured on real text and on sets of our own. `python -m bench.quality`."""
