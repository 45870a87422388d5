"""`alertd push`: send events to a source of type `push`, of this daemon or of another."""

from __future__ import annotations

import ssl
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit

import typer

from alertd import __version__, telemetry
from alertd.app.state import read_run_states
from alertd.base.ids import USER_ID
from alertd.base.secrets import Secret
from alertd.cli.connect import reach_of, settings_of, web_address
from alertd.cli.output import (
    FAULTS,
    USAGE,
    ConfigOption,
    JsonOption,
    fail,
    guarded,
    plain,
    print_json,
    reason,
    stdout,
    warn,
)
from alertd.cli.progress import STDIN, progress, terminal_hint, total_bytes
from alertd.cli.push_items import Item, batches, items_of
from alertd.cli.push_send import Inbox, send
from alertd.errors import Permanent, Temporary
from alertd.net.client import HttpClient
from alertd.sources.push import PushConfig, Receipt
from alertd.web.guards import is_loopback
from alertd.web.tls import local_context

_STYLES = {"new": "green", "revised": "green", "known": "dim", "refused": "red", "not sent": "red"}


def push(
    files: Annotated[
        list[Path] | None,
        typer.Argument(metavar="FILE…", help="JSON: an item, a list, or an item a line; stdin otherwise."),
    ] = None,
    source: Annotated[
        str | None, typer.Option(metavar="ID", help="The source to push to.", show_default="the only one")
    ] = None,
    url: Annotated[
        str | None,
        typer.Option(metavar="URL", help="The daemon's address.", show_default="the one of the state directory"),
    ] = None,
    token_file: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="The source's token.", show_default="the one in the settings"),
    ] = None,
    config: ConfigOption = None,
    json: JsonOption = False,
) -> None:
    """Send events to a source of type `push`, and say what became of each.

    What the daemon cannot take at present is sent again; twice is once. Exit 1 if an item was refused.
    """
    inbox = _inbox(source, url, token_file, config)
    paths = files or [STDIN]
    terminal_hint(paths)
    counts: Counter[str] = Counter()
    guarded(lambda: _push(paths, inbox, counts, json=json))
    if not json:
        warn(", ".join(f"{number} {word}" for word, number in counts.items()) or "no items", "default")
    if not counts or counts["refused"] or counts["not sent"]:
        raise typer.Exit(FAULTS)


async def _push(paths: Sequence[Path], inbox: Inbox, counts: Counter[str], *, json: bool) -> None:
    refused = ""
    async with HttpClient(user_agent=f"alertd/{__version__}", tls=inbox.tls) as http:
        with progress("pushing", total_bytes(paths)) as advance:
            items = (item for path in paths for item in items_of(path, advance))
            for batch in batches(items):
                good = [item for item in batch if item.data]
                receipt = Receipt(source="", taken=[], rejected=[])
                if good and not refused:
                    try:
                        receipt = await send(http, inbox, good, lambda text: warn(text, "yellow"))
                    except (Permanent, Temporary) as error:
                        refused = str(error)
                        warn(f"alertd: {refused}")
                for row in _rows(batch, good, receipt, refused):
                    counts[row["outcome"]] += 1
                    _show(row, json=json)


def _rows(batch: Sequence[Item], good: Sequence[Item], receipt: Receipt, refused: str) -> list[dict[str, Any]]:
    """Say what became of each item of a batch, in its order."""
    said: dict[int, dict[str, Any]] = {}
    for one in receipt.taken:
        said[one.index] = {"outcome": one.outcome, "id": one.id, "revision": one.revision}
    for bad in receipt.rejected:
        said[bad.index] = {"outcome": "refused", "path": bad.path, "error": bad.error}
    missing = {"outcome": "not sent", "error": refused or "the daemon's answer does not name it"}
    answers = iter([said.get(index, missing) for index in range(len(good))])
    return [
        {"where": item.where}
        | (next(answers) if item.data else {"outcome": "refused", "path": "", "error": item.error})
        for item in batch
    ]


def _show(row: dict[str, Any], *, json: bool) -> None:
    if json:
        print_json(row)
        return
    what = row.get("id") or ": ".join(part for part in (row.get("path"), row["error"]) if part)
    style = _STYLES[row["outcome"]]
    stdout().print(f"[{style}]{row['outcome']:<8}[/{style}]  {plain(row['where'])}  {plain(what)}")


# --- where to, and with which token ---------------------------------------------------------------------------


def _inbox(source: str | None, url: str | None, token_file: Path | None, config: Path | None) -> Inbox:
    if source is not None and not USER_ID.fullmatch(source):
        fail(f"a source id is made of a-z, 0-9 and -, at most 63 characters, not {source!r}", USAGE)
    if token_file is None:
        name, token = _configured(source, config)
    elif source is None:
        fail("--token-file needs --source: whose token is it?", USAGE)
    else:
        name, token = source, _token(token_file)
    telemetry.hide_values([token.reveal()])
    base, tls = _base(url, config)
    return Inbox(f"{base}/v1/push/{name}", token, tls)


def _token(path: Path) -> Secret:
    try:
        text = path.read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        fail(f"{path}: {reason(error) if isinstance(error, OSError) else 'is no text'}", USAGE)
    if not text or not text.isascii() or not text.isprintable():
        fail(f"{path}: holds no token", USAGE)
    return Secret(text)


def _configured(source: str | None, config: Path | None) -> tuple[str, Secret]:
    """Give the source that is meant, with its token, from the settings."""
    settings = _sources(config)
    inboxes = {one.id: one for one in settings if isinstance(one, PushConfig)}
    named = f"there {'is' if len(inboxes) == 1 else 'are'} {', '.join(inboxes) or 'none'}"
    if source is None and len(inboxes) != 1:
        fail(f"name the source to push to: --source ID; of type push {named}", USAGE)
    if source is not None and source not in inboxes:
        fail(f"the settings have no source {source} of type push; {named}", USAGE)
    found = inboxes[source or next(iter(inboxes))]
    if found.token is None:
        fail(f"the settings know only the digest of the token of {found.id}: give it by --token-file", USAGE)
    return found.id, found.token


def _sources(config: Path | None) -> Sequence[Any]:
    """Load the sources of the settings; faults are printed, and end the command."""

    async def load() -> Sequence[Any]:
        return settings_of(config).sources

    return guarded(load)


def _base(url: str | None, config: Path | None) -> tuple[str, ssl.SSLContext | None]:
    """Give the daemon's address, and how its certificate is checked; None: as that of any other."""
    if url is not None:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
            fail(f"--url is the daemon's address, such as http://127.0.0.1:8321, not {url!r}", USAGE)
        if parts.scheme == "http" and not is_loopback(parts.hostname) and parts.hostname != "localhost":
            warn("the token goes over the network unencrypted; https:// would hide it", "yellow")
        return url.partition("/v1/push")[0].rstrip("/"), None

    async def find() -> tuple[str, ssl.SSLContext | None]:
        reach = reach_of(config)
        state_dir = reach.state_dir
        found = next((daemon for daemon in read_run_states(state_dir) if daemon.web), None)
        if found is None:
            raise Permanent(
                f"no alertd with the web role runs in {state_dir}; start it with: alertd run, or give --url"
            )
        if reach.web_cert is None:
            return web_address(reach, found), None
        try:
            return web_address(reach, found), local_context(reach.web_cert)
        except OSError as error:
            raise Permanent(f"{reach.web_cert}: {reason(error)}") from error

    return guarded(find)
