"""What messages that were never sent had to say, said by the one that took their place. Pure.

Where only the newest message of an alert is sent, what the receiver was told is counted when a message is queued. One
that waited and was superseded (Slack asked for silence, a relay was away) was counted and never read: its news goes
with the next, which is then as loud, and the first if that one was.
"""

from __future__ import annotations

from msgspec.structs import replace

from alertd.model import Delivery, Message

MAX_NEWS = 20
"""The newest, as of any message."""
_ANSWERS = ("alert.acknowledged", "alert.closed")


def with_unsent(message: Message, delivery: Delivery) -> Message:
    """Give a message as it is to be sent."""
    if message.alert is None or not (delivery.unsent_first or delivery.unsent_loud or delivery.unsent_news):
        return message
    if delivery.unsent_first:
        return replace(message, type="alert.fired", told_before=False, loud=True, news=[])
    # An answer alone would only edit, or be a line: what was to be told before it is an update.
    kind = "alert.updated" if message.type in _ANSWERS else message.type
    news = [*delivery.unsent_news.split("\n"), *message.news]
    return replace(
        message,
        type=kind,
        news=list(dict.fromkeys(text for text in news if text))[-MAX_NEWS:],
        loud=message.loud or delivery.unsent_loud,
    )
