"""Deciding what an event means for an alert, and whom it tells. Pure."""
