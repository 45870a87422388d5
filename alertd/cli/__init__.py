"""The command line: flags, signals, exit codes and what the terminal shows."""
