"""`alertd completion`: the script by which a shell completes alertd's commands, options and their values.

Typer makes the script and answers it, from the parser itself: so it knows the options of the version that is
installed. Where it knows nothing, the shell offers files.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer
from typer._completion_classes import completion_init
from typer._completion_shared import get_completion_script

from alertd.cli.main import COMPLETING


class Shell(StrEnum):
    """Shells that can be served."""

    bash = "bash"
    zsh = "zsh"
    fish = "fish"


def completion(shell: Annotated[Shell, typer.Argument(metavar="SHELL", help="bash, zsh or fish.")]) -> None:
    """Print the script by which a shell completes alertd's commands and options.

    For bash put `source <(alertd completion bash)` into ~/.bashrc, for zsh the same with zsh into ~/.zshrc behind
    compinit, for fish write it to ~/.config/fish/completions/alertd.fish.
    """
    script = get_completion_script(prog_name="alertd", complete_var=COMPLETING, shell=shell.value)
    typer.echo(script)


def answer_shells() -> None:
    """Make Typer understand what its scripts ask: it does so by itself only beside its own options."""
    completion_init()
