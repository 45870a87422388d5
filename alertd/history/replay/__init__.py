"""Archived events once more through a daemon of their own, in their rhythm or faster."""
