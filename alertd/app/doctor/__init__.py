"""What `alertd doctor` looks at: the machine, Redis, the files and the hosts outside on which alertd rests.

    measure -> judge -> Verdict

What measures and what judges are apart: a judge is pure, so that each limit can be tested without a full disk.
"""
