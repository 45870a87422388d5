"""`alertd page`: the address of the page, with a link that signs in once."""

from __future__ import annotations

import secrets
from pathlib import Path

from alertd.app.rooms import SESSION_KEY
from alertd.app.state import read_run_states
from alertd.asking.reach import Reach
from alertd.base.clock import system_clock
from alertd.base.secrets import Secret
from alertd.base.tokens import Digests
from alertd.cli.connect import reach_of, web_address
from alertd.cli.output import ConfigOption, JsonOption, fail, print_json, stdout
from alertd.errors import AlertdError
from alertd.web.callers import ALL
from alertd.web.sessions import CODE_S, Sessions


def page(config: ConfigOption = None, json: JsonOption = False) -> None:
    """Print the address of the desk's page, with a link that signs in.

    It is good once and for ten minutes, and sees all desks: whoever can read the state directory may make one.
    """
    reach = guarded_reach(config)
    daemon = next((one for one in read_run_states(reach.state_dir) if one.web), None)
    if daemon is None:
        fail(f"no alertd with a page runs in {reach.state_dir}; start it with: alertd run")
    url = link_of(reach.state_dir, web_address(reach, daemon), reach.web_token)
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


def link_of(state_dir: Path, address: str, token: Secret | None = None) -> str:
    """Make a link that signs in once, for whoever can read the state directory; `token` is that of the settings."""
    key = _read(state_dir / SESSION_KEY)
    (digest,) = Digests.of([token or _read(state_dir / "web.token")]).digests
    code = Sessions(key).code(ALL, digest, system_clock(), secrets.token_urlsafe(9))
    return f"{address}/login/{code}"


def _read(path: Path) -> Secret:
    try:
        return Secret(path.read_text().strip())
    except OSError as error:
        fail(f"{path} cannot be read: {error.strerror}; it is for whoever runs the daemon")
