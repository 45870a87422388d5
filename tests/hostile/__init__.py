"""Every hostile input by its number: what a stranger can publish, write or ask, and what becomes of it.

`make hostile` prints the table. 1 to 110 are the matrix of docs/hostile.md, from 111 on what nobody had named.
"""
