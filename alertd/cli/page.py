"""`alertd page`: the address of the page, with a link that signs in once."""

from __future__ import annotations

import hashlib
import secrets
from pathlib import Path

from alertd.app.rooms import SESSION_KEY
from alertd.app.state import read_run_states
from alertd.base.clock import system_clock
from alertd.base.secrets import Secret
from alertd.cli.connect import reach_of, web_address
from alertd.cli.output import ConfigOption, JsonOption, fail, print_json, stdout
from alertd.web.callers import ALL
from alertd.web.sessions import CODE_S, Sessions


def page(config: ConfigOption = None, json: JsonOption = False) -> None:
    """Print the address of the desk's page, with a link that signs in.

    It is good once and for ten minutes, and sees all desks: whoever can read the state directory may make one.
    """
    reach = reach_of(config)
    daemon = next((one for one in read_run_states(reach.state_dir) if one.web), None)
    if daemon is None:
        fail(f"no alertd with a page runs in {reach.state_dir}; start it with: alertd run")
    key = _read(reach.state_dir / SESSION_KEY)
    token = reach.web_token or _read(reach.state_dir / "web.token")
    code = Sessions(key).code(ALL, digest_of(token), system_clock(), secrets.token_urlsafe(9))
    url = f"{web_address(reach, daemon)}/login/{code}"
    if json:
        print_json({"url": url, "good_for_s": CODE_S}, pretty=True)
        return
    stdout().print(url, soft_wrap=True, highlight=False)


def digest_of(token: Secret) -> bytes:
    """Give the digest by which a token is known."""
    return hashlib.sha256(token.reveal().encode()).digest()


def _read(path: Path) -> Secret:
    try:
        return Secret(path.read_text().strip())
    except OSError as error:
        fail(f"{path} cannot be read: {error.strerror}; it is for whoever runs the daemon")
