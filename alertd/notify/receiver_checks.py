"""What is wrong with receivers that only the whole shows: whom they escalate to, how they are answered."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from alertd.base import suggest
from alertd.base.yaml import Document, Path
from alertd.errors import Fault
from alertd.notify.config import HttpReceiverConfig, ReceiverConfig


def faults(doc: Document) -> Iterator[Fault]:
    """Check, on the document of the settings, that escalations lead to others, on the same side of a wall, and that
    what is pressed in Slack can arrive.
    """
    desks = {doc.raw((*at, "id")) or item.get("id"): _desk(item) for at, item in doc.items(("receivers",))}
    for at, item in doc.items(("receivers",)):
        own = doc.raw((*at, "id")) or item.get("id")
        for path, name in named(doc, (*at, "escalate", "to")):
            if name == own:
                yield doc.fault(path, f"receiver `{own}` escalates to itself", "name another receiver")
            elif name not in desks:
                message = f"escalate: there is no receiver `{doc.shown(path)}`"
                yield doc.fault(path, message, suggest.hint(name, [str(one) for one in desks if one != own]))
            elif _desk(item) is not None and desks[name] != _desk(item):
                whose = f"belongs to desk `{desks[name]}`" if desks[name] else "belongs to no desk"
                message = f"escalate: receiver `{name}` {whose}, and alerts of desk `{_desk(item)}` stay there"
                yield doc.fault(path, message, "set `desk:` there, or name another receiver")
    for at, item in doc.items(("receivers",)):
        if item.get("type") == "slack" and item.get("signing_secret") and doc.node(("web", "public")) is None:
            message = "what is pressed in Slack has nowhere to arrive: a `signing_secret` needs `web.public`"
            yield doc.fault((*at, "signing_secret"), message, "add web.public, or use app_token instead")
        if item.get("note") == "model" and not list(doc.items(("models",))):
            message = "notes by a language model are wanted, and there is none"
            yield doc.fault((*at, "note"), message, "add one to `models`, or write `note: facts`")


def blocked(receivers: Sequence[ReceiverConfig], doc: Document) -> Iterator[Fault]:
    """Warn of receivers at addresses that nothing is let through to: each harms only itself."""
    for number, receiver in enumerate(receivers):
        key, why = receiver.forbidden() if isinstance(receiver, HttpReceiverConfig) else ("", "")
        if why:
            yield doc.fault(("receivers", number, key), why, severity="warning")


def named(doc: Document, path: Path) -> list[tuple[Path, str]]:
    """Give the receivers that a value names: one, or a list of them."""
    node = doc.node(path)
    if node is None:
        return []
    if isinstance(node.value, list):
        inner = [((*path, i), one.raw or one.value) for i, one in enumerate(node.value)]
    else:
        inner = [(path, node.raw or node.value)]
    return [(at, name) for at, name in inner if isinstance(name, str)]


def _desk(item: dict[str, object]) -> str | None:
    desk = item.get("desk")
    return desk if isinstance(desk, str) else None
