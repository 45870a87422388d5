"""`alertd`: the table of commands, and what all of them share: errors in one line, closed pipes, exit codes.

Only the module of the command that was asked for is loaded, so that `alertd --help` and `alertd check` do not wait
for Redis and HTTP libraries.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Annotated, Any

import typer
from typer.core import TyperCommand, TyperGroup

from alertd import __version__
from alertd.base.clock import ClockRefused, follow_clock

FAULTS = 1
USAGE = 2
COMPLETING = "_ALERTD_COMPLETE"
"""A shell asks what could be typed next."""

COMMANDS: Mapping[str, tuple[str, str]] = {
    "run": ("alertd.cli.run:run", "Run the daemon until it is told to stop."),
    "demo": ("alertd.cli.demo:demo", "Run the whole daemon on sample sources; nothing leaves the machine."),
    "init": ("alertd.cli.files:init", "Write a commented alertd.yaml, a first portfolio, and what it can ask for."),
    "check": ("alertd.cli.check:check", "Check settings and rules: every fault with file:line:column."),
    "test": ("alertd.cli.test:test", "Run the tests inside the rules."),
    "explain": ("alertd.cli.explain:explain", "Say why a rule holds for an event, or does not, leaf by leaf."),
    "parse": ("alertd.cli.parse:parse", "Make events of feed files, or of what another source sent, as JSON lines."),
    "enrich": ("alertd.cli.enrich:enrich", "Say what events are about: companies, types, money, terms, tone, story."),
    "match": ("alertd.cli.match:match", "Find the rules that hold for events, with the evidence."),
    "preview": ("alertd.cli.preview:preview", "Show the message that a receiver would get, as it would be sent."),
    "send-test": ("alertd.cli.send:send_test", "Send a test message to receivers and say what came of it."),
    "page": ("alertd.cli.page:page", "Print the address of the desk's page, with a link that signs in."),
    "status": ("alertd.cli.status:status", "Say what is running and healthy."),
    "sources": ("alertd.cli.sources:sources", "Say how each source is doing, and why."),
    "tail": ("alertd.cli.tail:tail", "Show the journal: what is decided and sent, as it happens."),
    "verify": ("alertd.cli.verify:verify_", "Say whether everything that was taken in has an end."),
    "doctor": ("alertd.cli.doctor:doctor", "Look at what alertd rests on, and say what to do where it is not sound."),
    "dead": ("alertd.cli.dead:dead", "List what could not be delivered, or send it again."),
    "route": ("alertd.cli.route:route", "Say whom an event would be told, when, who would not be, and why."),
    "why": ("alertd.cli.why:why", "Say what became of an event, and why."),
    "note": ("alertd.cli.note:note", "Say what an event means for a portfolio, each sentence with its ground."),
    "alerts": ("alertd.cli.alerts:alerts", "List or search alerts, or say what each rule brought."),
    "report": ("alertd.cli.report:report", "Say what the news about a portfolio's holdings has been doing."),
    "ack": ("alertd.cli.ack:ack", "Acknowledge alerts, or say something else about them."),
    "backtest": (
        "alertd.cli.backtest:backtest",
        "Say what rules would have done with the events of an archive, on the archive's clock.",
    ),
    "silence": ("alertd.cli.silence:silence", "Hold alerts back for a while, with a reason and an end."),
    "replay": ("alertd.cli.replay:replay", "Send archived events once more through a whole daemon of their own."),
    "push": ("alertd.cli.push:push", "Send events to a source of type `push`, and say what became of each."),
    "companies": (
        "alertd.cli.companies:companies",
        "Say which company is meant, and who is related to it; fetch a table.",
    ),
    "holdings": ("alertd.cli.holdings:holdings", "Say what portfolios hold, and what came of their positions files."),
    "archive": (
        "alertd.cli.archive:archive",
        "Look after the archive of all that was decided: check it, keep it, copy it.",
    ),
    "backup": (
        "alertd.cli.backup:backup",
        "Write all that must not be lost into one file, while the daemon runs or not.",
    ),
    "restore": ("alertd.cli.backup:restore", "Put a backup back, while no daemon runs."),
    "schema": ("alertd.cli.files:schema", "Print the JSON Schema of a file, for editors."),
    "completion": (
        "alertd.cli.completion:completion",
        "Print the script by which a shell completes alertd's commands and options.",
    ),
}
"""Name -> where its function is, and what it does in one line (the first line of that function's docstring)."""

_CONTEXT = {"help_option_names": ["-h", "--help"]}


class _Commands(TyperGroup):
    """The commands of the table, loaded when they are called."""

    def __init__(self, **attrs: Any) -> None:
        super().__init__(**attrs)
        for name, (_, summary) in COMMANDS.items():
            self.add_command(TyperCommand(name, help=summary))  # stands in the help for the one that is not loaded

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Find the command by its name and load it."""
        name, found, rest = super().resolve_command(ctx, args)
        return name, found and _load(str(name)), rest

    def invoke(self, ctx: Any) -> Any:
        """Run the command; what the system says about its output is no traceback."""
        try:
            result = super().invoke(ctx)
            sys.stdout.flush()
        except BrokenPipeError:  # `alertd tail | head`: the reader has had enough
            _drop_output()
            raise typer.Exit from None
        except OSError as error:  # a full disk, for one; commands say themselves what files they cannot read
            _drop_output()
            _complain("alertd", f"{error.filename or 'output'}: {error.strerror or error}")
            raise typer.Exit(FAULTS) from None
        return result


app = typer.Typer(
    name="alertd",
    cls=_Commands,
    help="Watches news and filings and tells a desk what matters, within seconds, once, with the evidence.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,  # `alertd completion` instead of two options that only one shell has
    context_settings=_CONTEXT,
)


def _version(value: bool) -> None:
    if value:
        from alertd.text.core import missing

        typer.echo(f"alertd {__version__}" + (f" ({missing()})" if missing() else ""))
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="Print it.")] = False,
) -> None:
    pass


def _load(name: str) -> Any:
    module, _, function = COMMANDS[name][0].partition(":")
    callback: Callable[..., None] | typer.Typer = getattr(import_module(module), function)
    if isinstance(callback, typer.Typer):  # a group of commands
        return typer.main.get_command(callback)
    alone = typer.Typer(add_completion=False, context_settings=_CONTEXT)
    alone.command(name)(callback)
    return typer.main.get_command(alone)


def main() -> None:
    """Run the command line."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # a terminal that has no “ or ✓ shows an escape, not a traceback
            stream.reconfigure(errors="backslashreplace")
    try:
        follow_clock(os.environ)
        if COMPLETING in os.environ:
            import_module("alertd.cli.completion").answer_shells()
        code = app(standalone_mode=False, prog_name="alertd")
    except typer.TyperException as error:
        code = _usage(error)
    except typer.Abort:
        code = FAULTS
    except ClockRefused as error:
        _complain("alertd", str(error))
        code = USAGE
    sys.exit(code)


def _usage(error: typer.TyperException) -> int:
    """Say in one line what is wrong with the words of the command line."""
    context = getattr(error, "ctx", None)
    if context is not None:
        path = context.command_path
    else:  # typer forgets it when an option lacks its value
        path = " ".join(["alertd", *(word for word in sys.argv[1:2] if word in COMMANDS)])
    text = error.format_message().strip()
    if text:  # nothing to say means that the help was printed instead
        text = text.replace("Value error, ", "").removesuffix(".")
        _complain(path, f"{text[:1].lower()}{text[1:]}" + ("" if text.endswith("?") else f"; see {path} --help"))
    return error.exit_code


def _complain(who: str, text: str) -> None:
    line = " ".join(text.split())
    shown = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in line)
    sys.stderr.write(f"{who}: {shown}\n")


def _drop_output() -> None:
    """Let nobody complain again when Python closes stdout."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
