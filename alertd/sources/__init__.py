"""The outside world -> Entry -> Candidate, ready to be stored; whether it is new and when to ask again is pure."""
