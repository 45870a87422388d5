"""Why an alert went out or did not, in words: for `alertd why`, `alertd tail` and the page."""

from __future__ import annotations

REASONS = {
    "first": "the first alert about this",
    "update_material": "the alert was updated, and its receivers told",
    "update_minor": "the alert was updated, too little to tell anybody",
    "duplicate": "the alert had taken this in already",
    "silenced": "somebody silenced it",
    "cooldown": "too soon after the last message about this",
    "quiet_until": "held back during quiet hours",
    "folded_into": "folded into another message",
    "expired": "too old to be worth a message",
    "baseline": "it was there before alertd first looked: recorded, not sent",
    "experimental": "the rule is experimental: recorded, not sent",
    "no_receiver": "no receiver is entitled to it or wants it",
    "restricted": "a wall keeps it from the receiver",
    "merged_into": "the alert was merged into another",
    "receiver_removed": "the receiver is no longer in the settings",
}
"""What each reason for a decision means, in words; the journal and `--json` have the reason itself."""


def outcome(what: str) -> str:
    """Say what a decision led to for one receiver: a delivery, or in words why there is none."""
    reason, colon, detail = what.partition(": ")
    if reason not in REASONS:
        return what
    return f"{REASONS[reason]}{f' ({detail})' if colon else ''}"
