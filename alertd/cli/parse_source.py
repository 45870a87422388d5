"""`alertd parse --source ID`: recorded documents are read as that source of alertd.yaml would read them.

Only its entry of the file is looked at, and no secret of it is needed: a variable that is not set, or the file of a
secret that is not there, reads as a word. So the desk's own repository can test how documents are read.
"""

from __future__ import annotations

from pathlib import Path

from alertd.base.clock import system_clock
from alertd.base.yaml import Document, check, load_yaml
from alertd.base.yaml_document import Node
from alertd.base.yaml_expand import UNREAD, expand
from alertd.cli.output import USAGE, environment, fail
from alertd.errors import ConfigError, ParseFailed
from alertd.model import Entry, ParsedFeed
from alertd.settings import Settings, find_config
from alertd.sources.catalog import SOURCE_TYPES
from alertd.sources.events import SourceFacts
from alertd.sources.file_formats import is_lines
from alertd.sources.files import address_of
from alertd.sources.guard import FREE
from alertd.sources.json_source import parse_rows
from alertd.sources.polled import AnyConfig
from alertd.sources.push import LINES


class _Lenient(dict[str, str]):
    """The environment, in which every variable is set."""

    def __contains__(self, key: object) -> bool:
        return True

    def __missing__(self, key: str) -> str:
        return UNREAD  # long enough for a token


def configured(source: str, config: Path | None) -> AnyConfig | None:
    """Give a source's settings: of the file that is named; else of the usual one, if there is one that has it.

    Ends the command where the named file has none, or what it says of the source cannot be used.
    """
    try:
        path = find_config(config, environment())
        document = load_yaml(path.read_bytes(), str(path))
    except OSError as error:
        if config is None:
            return None
        fail(ConfigError.at(config, f"cannot be read: {error.strerror or error}"))
    except ConfigError as error:
        if config is None:
            return None
        fail(error)
    ids = [str(document.raw((*at, "id")) or item.get("id")) for at, item in document.items(("sources",))]
    if source not in ids:
        if config is None:
            return None
        fail(f"there is no source {source}; there are {', '.join(ids) or 'none'}", USAGE)
    try:
        return _alone(document, ids.index(source), path)
    except ConfigError as error:
        fail(error)


def _alone(document: Document, index: int, path: Path) -> AnyConfig:
    """Read one source as if the file held nothing else. Raises ConfigError."""
    at, _ = list(document.items(("sources",)))[index]
    node = document.node(at)
    assert node is not None
    root = document.root
    sources = Node(value=[node], place=node.place)
    only = Document(document.file, Node(value={"sources": sources}, place=root.place, key=root.key))
    filled = expand(only, Settings, _Lenient(environment()), path.absolute().parent)
    settings, faults = check(Settings, filled.doc)
    if settings is None:
        raise ConfigError([filled.scrub(fault) for fault in faults])
    one: AnyConfig = settings.sources[0]
    return one


def read_document(name: str, body: bytes, type_: str, facts: SourceFacts, base_url: str) -> ParsedFeed:
    """Read a document as a type of source does. Raises ParseFailed."""
    if type_ == "files":
        base_url = address_of(Path(name).name)  # a watched file's name is part of what it is
    # Who pushes says what it is in the content type; a file says it by its name and its look.
    said = LINES[0] if type_ == "push" and is_lines(name, body) else None
    return SOURCE_TYPES[type_].parse(body, said, base_url, facts, system_clock(), None, FREE)


def read_raw(body: bytes, type_: str, facts: SourceFacts) -> list[Entry]:
    """Give the entries of a document as its source wrote them. Raises ParseFailed."""
    if type_ != "json":
        raise ParseFailed(f"documents of type {type_} are only shown as events: leave --raw out")
    return parse_rows(body, facts)
