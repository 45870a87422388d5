"""alertd.yaml and the environment become typed settings. Sources' and receivers' models come in by their tables.

    find the file -> load_yaml -> ALERTD_… variables over it -> ${NAME}, …_file, paths -> validate -> cross checks

Every fault of every step that can still be taken comes at once, with the place where it was written. Nothing here
reads the process's environment: the composition root hands it in.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, GetCoreSchemaHandler, PrivateAttr
from pydantic_core import CoreSchema, core_schema

from alertd.base import suggest
from alertd.base.config import ConfigModel, Duration, UserId
from alertd.base.secrets import Secret, redact_url
from alertd.base.yaml import Document, check, load_yaml
from alertd.base.yaml import Path as At
from alertd.base.yaml_env import override
from alertd.base.yaml_expand import as_written, expand
from alertd.base.yaml_literal import literal_secrets
from alertd.errors import ConfigError, Fault, StoreRefused
from alertd.history.config import ArchiveConfig
from alertd.history.report.config import ReportConfig, report_faults
from alertd.notify import receiver_checks
from alertd.notify.catalog import RECEIVER_MODELS
from alertd.notify.config import ReceiverConfig
from alertd.notify.smtp import SmtpConfig
from alertd.notify.template_source import load_templates
from alertd.research.config import ModelConfig, model_faults
from alertd.sources import addresses, rights
from alertd.sources.catalog import SOURCE_TYPES, SourceConfig
from alertd.store.address import is_several, parse_address, shown
from alertd.web.config import WebConfig
from alertd.web.outside import bind_faults
from alertd.web.public_config import apart
from alertd.workers.heartbeat_config import HeartbeatConfig

MAX_BYTES = 16 << 20
"""Of alertd.yaml: ten thousand feeds take one to three."""
PREFIX = "ALERTD_"
SOURCE_MODELS: dict[str, type[ConfigModel]] = {name: source.config for name, source in SOURCE_TYPES.items()}
"""Type name, as in `type: feed` -> config model."""
RESERVED = frozenset({"ALERTD_CONFIG", "ALERTD_FAILPOINT", "ALERTD_ENV", "ALERTD_CLOCK_FILE", "ALERTD_CORE"})
"""Variables that are no settings: the file's path, and what tests use."""

_REDIS = re.compile(r"embedded|rediss?://[^\s/]+(/\d*)?(\?\S*)?|unix://[^\s/]*/\S+")
_NEEDS = (
    ("receivers", "email", "smtp", "an email receiver needs the mail relay", "add `smtp:`"),
    ("sources", "edgar", "contact", "an edgar source needs a contact, which the SEC asks for", "add `contact:`"),
)
_CONTACT = re.compile(r"([^\x00-\x1f\x7f()<>]*[^\s@()<>]@[^\s@()<>]+)?")


class _OneOf:
    """Makes pydantic choose the model by the `type` that the user wrote, from a table."""

    def __init__(self, models: Mapping[str, type[ConfigModel]]) -> None:
        self.models = models

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        choices = {name: handler.generate_schema(model) for name, model in self.models.items()}
        return core_schema.tagged_union_schema(choices, discriminator="type")


def _checked_redis(value: Secret) -> Secret:
    text = value.reveal()
    if is_several(text):
        try:
            parse_address(text)
        except StoreRefused as error:
            raise ValueError(str(error)) from None
        return value
    try:
        good = _REDIS.fullmatch(text) is not None and (urlsplit(text).port or 1) > 0
    except ValueError:  # a port beyond 65535
        good = False
    if not good:  # the text is not quoted: it may hold a password
        starts = "redis://, rediss://, unix://, redis+sentinel:// or redis+cluster://"
        raise ValueError(f"write `embedded`, or an address that starts with {starts}")
    return value


def _checked_contact(value: str) -> str:
    # The SEC is said to refuse a User-Agent with parentheses; < > and control characters cannot stand in a header.
    if len(value) > 200 or not _CONTACT.fullmatch(value):
        without = " and without parentheses or < >" if re.search(r"[()<>]", value) else ""
        raise ValueError(
            f"write a mail address{without}, with a name before it if you like: Example Desk desk@example.com"
        )
    return value


def _checked_memory(value: str) -> str:
    if not re.fullmatch(r"[1-9][0-9]*(mb|gb)", value):
        raise ValueError("write megabytes or gigabytes, such as 512mb or 2gb")
    return value


class LogConfig(ConfigModel):
    """Log lines on stderr."""

    level: Literal["debug", "info", "warning", "error"] = "info"
    format: Literal["auto", "json", "console"] = "auto"
    """`auto`: for people on a terminal, JSON lines elsewhere."""


class ProcessesConfig(ConfigModel):
    """How many processes of each sort `alertd run` starts."""

    match: Annotated[int, Field(ge=1, le=256)] | Literal["auto"] = "auto"
    """`auto`: one for each core but one."""
    parse: Annotated[int, Field(ge=1, le=64)] = 2
    """Killable workers that read feeds."""


class Settings(ConfigModel):
    """What alertd.yaml says. Paths are absolute once loaded."""

    state_dir: Path = Path("./var")
    """Where the embedded Redis, tokens and run state live."""
    rules: Path = Path("./rules")
    """The directory of rules."""
    contact: Annotated[str, AfterValidator(_checked_contact)] = ""
    """A mail address, with a name before it if you like; sent in User-Agent. The SEC asks for it."""
    namespace: UserId = "alertd"
    """First part of every Redis key."""
    redis: Annotated[Secret, AfterValidator(_checked_redis)] = Field(
        default=Secret("embedded"), json_schema_extra={"default": "embedded"}
    )
    """`embedded`, or the address of a server."""
    redis_maxmemory: Annotated[str, AfterValidator(_checked_memory)] = "512mb"
    """Memory of the embedded Redis."""
    redis_durability: Literal["safe", "relaxed"] = "safe"
    """`relaxed` starts on a Redis that loses alerts when it dies (appendonly no) or is full (volatile-…)."""
    smtp: SmtpConfig | None = None
    """The mail relay; receivers of type email need it."""
    web: WebConfig = WebConfig()
    sources: list[Annotated[SourceConfig, _OneOf(SOURCE_MODELS)]] = Field(default_factory=list)
    """What is watched."""
    receivers: list[Annotated[ReceiverConfig, _OneOf(RECEIVER_MODELS)]] = Field(default_factory=list)
    """Where alerts go."""
    reports: Annotated[list[ReportConfig], Field(max_length=1000)] = Field(default_factory=list)
    """Reports on portfolios that are sent by the clock."""
    models: Annotated[list[ModelConfig], Field(max_length=20)] = Field(default_factory=list)
    """Models that may be asked for research notes."""
    operator: list[str] = Field(default_factory=list)
    """Receivers that hear of dead sources, dead letters and refused reloads."""
    heartbeat: HeartbeatConfig | None = None
    """An address that is asked as long as alertd does its work."""
    watch: bool = True
    """Take changed files at once; `false` waits for SIGHUP."""
    log: LogConfig = LogConfig()
    processes: ProcessesConfig = ProcessesConfig()
    journal_keep: Annotated[Duration, Field(ge=3600)] = 14 * 86400.0
    """How long the journal stays in Redis."""
    archive: ArchiveConfig = ArchiveConfig()
    """Where the journal goes for good."""
    drain: Annotated[Duration, Field(ge=1, le=600)] = 20.0
    """How long a stop waits for what is under way."""

    _written: dict[At, str] = PrivateAttr(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Loaded:
    """Settings with what is worth a warning about them."""

    settings: Settings
    warnings: list[Fault]
    path: Path
    """The file that was read, absolute."""
    doc: Document
    """What it says, with the environment over it: for faults that only show beside the rules."""


def find_config(path: Path | None, env: Mapping[str, str]) -> Path:
    """Give the file to read: the given one, ALERTD_CONFIG, ./alertd.yaml, the user's, the system's.

    Raises ConfigError if there is none.
    """
    if path is None and env.get("ALERTD_CONFIG"):
        path = Path(env["ALERTD_CONFIG"])
    if path is not None:
        return path
    user = env.get("XDG_CONFIG_HOME") or (f"{env['HOME']}/.config" if env.get("HOME") else "")
    places = [Path("alertd.yaml"), Path("/etc/alertd/alertd.yaml")]
    if Path(user).is_absolute():  # the XDG Base Directory Specification: relative ones are to be ignored
        places.insert(1, Path(user) / "alertd" / "alertd.yaml")
    for place in places:
        if place.is_file():
            return place
    looked = ", ".join(f"./{p}" if not p.is_absolute() else str(p) for p in places)
    raise ConfigError.at("alertd.yaml", f"there is none; looked for {looked}", "`alertd init` writes one")


def load_settings(path: Path | None, env: Mapping[str, str]) -> Loaded:
    """Load the settings. Raises ConfigError with every fault, and with the warnings beside them."""
    path = find_config(path, env)
    folder = path.absolute().parent
    doc, warnings = override(load_yaml(_read(path), str(path), MAX_BYTES), Settings, env, PREFIX, RESERVED)
    filled = expand(doc, Settings, env, folder)
    settings, faults = check(Settings, filled.doc)
    faults += [*_cross_checks(filled.doc, folder), *rights.faults(filled.doc), *addresses.faults(filled.doc)]
    faults += [*receiver_checks.faults(filled.doc), *report_faults(filled.doc), *literal_secrets(filled)]
    faults += model_faults(filled.doc)
    faults += load_templates(settings.receivers, filled.doc, folder) if settings is not None else []
    if settings is not None:
        faults += [*addresses.blocked(settings.sources, doc), *receiver_checks.blocked(settings.receivers, doc)]
    faults = [f for f in faults if (f.file, f.line, f.column) not in filled.failed]
    faults = sorted({filled.scrub(f) for f in (*faults, *warnings, *filled.faults)})
    if settings is None or any(f.severity == "error" for f in faults):
        raise ConfigError(faults)
    settings = settings.model_copy(update={k: folder / getattr(settings, k) for k in ("state_dir", "rules")})
    archive = settings.state_dir / "archive" if settings.archive.path is None else folder / settings.archive.path
    settings = settings.model_copy(update={"archive": settings.archive.model_copy(update={"path": archive})})
    settings._written.update(filled.shown)
    return Loaded(settings, faults, path.absolute(), filled.doc)


def rules_named(path: Path | None, env: Mapping[str, str]) -> Path:
    """Give the rules directory of settings that may be wrong elsewhere: the default where that cannot be read.

    Raises ConfigError if there are no settings.
    """
    path = find_config(path, env)
    folder = path.absolute().parent
    named: object = None
    try:
        doc, _ = override(load_yaml(_read(path), str(path), MAX_BYTES), Settings, env, PREFIX, RESERVED)
        data = expand(doc, Settings, env, folder).doc.value
        named = data.get("rules") if isinstance(data, dict) else None
    except ConfigError:  # its faults are told where the settings are loaded
        pass
    default = Settings.model_fields["rules"].default
    return folder / (named if isinstance(named, str) and named else default)


def redacted(settings: Settings) -> dict[str, Any]:
    """Give settings for printing, as JSON data: no secrets; what came from a variable as `${NAME}`."""
    data: dict[str, Any] = settings.model_dump(mode="json", by_alias=True)
    redis = settings.redis.reveal()
    data["redis"] = redis if redis == "embedded" else shown(redis) if is_several(redis) else redact_url(redis)
    masked: dict[str, Any] = as_written(data, settings._written)
    return masked


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except OSError as error:
        hint = "`alertd init` writes one" if isinstance(error, FileNotFoundError) else ""
        raise ConfigError.at(path, f"cannot be read: {error.strerror or error}", hint) from error


def _cross_checks(doc: Document, folder: Path) -> Iterator[Fault]:
    """Check what only the whole shows, on the document, so that it is also told when something else is wrong."""
    yield from _same_ids(doc, "sources")
    yield from _same_ids(doc, "receivers")
    receivers = [str(doc.raw((*at, "id")) or item.get("id")) for at, item in doc.items(("receivers",))]
    operator = doc.node(("operator",))
    for i, node in enumerate(operator.value if operator is not None and isinstance(operator.value, list) else []):
        name = node.raw or node.value
        if isinstance(name, str) and name not in receivers:
            message = f"operator: there is no receiver `{doc.shown(('operator', i))}`"
            yield doc.fault(("operator", i), message, suggest.hint(name, receivers))
    for group, kind, key, message, hint in _NEEDS:
        needed = doc.node((key,))
        if needed is None or needed.value in (None, ""):
            needy = (at for at, item in doc.items((group,)) if item.get("type") == kind)
            yield from (doc.fault((*at, "type"), message, hint) for at in needy)
    yield from bind_faults(doc)
    yield from apart(doc)
    rules = doc.node(("rules",))
    if not (where := folder / (str(rules.value) if rules is not None else "rules")).is_dir():
        yield doc.fault(("rules",), f"rules: there is no directory {where}", "`alertd init` writes one to start from")


def _same_ids(doc: Document, group: str) -> Iterator[Fault]:
    first: dict[str, At] = {}
    for at, item in doc.items((group,)):
        name = doc.raw((*at, "id")) or item.get("id")
        if not isinstance(name, str):
            continue
        if name in first:
            line = doc.mark(first[name])[0]
            message = f"two {group} have the id `{doc.shown((*at, 'id'))}` (first in line {line})"
            yield doc.fault((*at, "id"), message, "ids name keys, alerts and deliveries: each needs its own")
        else:
            first[name] = (*at, "id")
