"""`alertd page`: the address of the page, with a link that signs in once."""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import Annotated

import typer

from alertd.app.rooms import SESSION_KEY
from alertd.app.state import read_run_states
from alertd.asking.reach import Reach
from alertd.base.clock import system_clock
from alertd.base.secrets import Secret
from alertd.base.tokens import Digests
from alertd.cli.connect import reach_of, web_address
from alertd.cli.output import ConfigOption, JsonOption, closed, fail, print_json, stdout
from alertd.cli.person import whoami
from alertd.errors import AlertdError
from alertd.notify.plain import one_line
from alertd.web.callers import ALL, AS
from alertd.web.sessions import CODE_S, Sessions

MAX_NAME = 40
"""Characters: the name stands in the link and in a cookie."""


def page(
    config: ConfigOption = None,
    who: Annotated[
        str | None, typer.Option("--as", metavar="NAME", help="Who signs in by it.", show_default="you")
    ] = None,
    json: JsonOption = False,
) -> None:
    """Print the address of the desk's page, with a link that signs in.

    It is good once and for ten minutes, and sees all desks: whoever can read the state directory may make one.
    What is answered there is written down under the name.
    """
    name = one_line(who if who is not None else whoami(), 1_000)
    if not 0 < len(name) <= MAX_NAME:
        raise typer.BadParameter(f"a name has 1 to {MAX_NAME} characters", param_hint="--as")
    reach = guarded_reach(config)
    try:
        daemon = next((one for one in read_run_states(reach.state_dir) if one.web), None)
    except PermissionError as error:
        closed(error)
    if daemon is None:
        fail(f"no alertd with a page runs in {reach.state_dir}; start it with: alertd run")
    url = link_of(reach.state_dir, web_address(reach, daemon), name, reach.web_token)
    if json:
        print_json({"url": url, "good_for_s": CODE_S}, pretty=True)
        return
    stdout().print(url, soft_wrap=True, highlight=False)


def guarded_reach(config: Path | None) -> Reach:
    """Load what is needed of the settings, or end the command with what is wrong with them."""
    try:
        return reach_of(config)
    except AlertdError as error:
        fail(error)


def link_of(state_dir: Path, address: str, who: str, token: Secret | None = None) -> str:
    """Make a link that signs in once, for whoever can read the state directory; `token` is that of the settings."""
    key = _read(state_dir / SESSION_KEY)
    (digest,) = Digests.of([token or _read(state_dir / "web.token")]).digests
    code = Sessions(key).code(f"{ALL}{AS}{who}", digest, system_clock(), secrets.token_urlsafe(9))
    return f"{address}/login/{code}"


def _read(path: Path) -> Secret:
    try:
        return Secret(path.read_text().strip())
    except OSError as error:
        fail(f"{path} cannot be read: {error.strerror}; it is for whoever runs the daemon")
