"""What alertd's matching is compared with: one file for each engine, all given the same rules and events."""
