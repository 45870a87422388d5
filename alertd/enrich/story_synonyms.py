"""Words with which papers tell the same thing in words of their own: one stands for all of a line."""

from __future__ import annotations

SYNONYMS = """
    resign resigns resigned quit quits quitting exit exits depart departs departure
    strike strikes walkout walkouts stoppage
    worker workers employee employees staff staffers workforce
    cut cuts slash slashes slashed lower lowers lowered trim trims trimmed reduce reduces reduced shed sheds axe axes
    raise raises raised lift lifts lifted hike hikes hiked boost boosts boosted
    buy buys bought acquire acquires acquired acquisition purchase purchases
    sell sells sold divest divests divestiture offload offloads
    sue sues sued lawsuit suit suits
    fine fines fined penalty penalties
    deal deals pact agreement agreements
    probe probes investigation investigations inquiry
    plant plants factory factories
    unit units arm division divisions
    customer customers subscriber subscribers
    profit profits earnings
    leak leaks leaked leaking
    halt halts halted suspend suspends suspended
    bankruptcy bankrupt insolvency insolvent
    injured injures injury injuries hurt
    hackers hacked hack attackers breach
    fire fires blaze
    ship ships vessel vessels
    car cars auto autos
    store stores shop shops
    ipo float flotation
    accept accepts accepted agree agrees agreed
    beat beats top tops topped exceed exceeds
    job jobs post posts
"""
"""Everyday words of financial news, none of them taken from a corpus; the first of a line stands for the others."""

CANONICAL = {word: line.split()[0] for line in SYNONYMS.strip().splitlines() for word in line.split()}
