"""What can be asked of a daemon and of what it left: the same answers for commands, the API and the page."""
