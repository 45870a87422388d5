"""The only loops: poll, match, deliver, timers. Everything they decide is decided by pure functions elsewhere."""
