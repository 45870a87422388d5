"""The links in mail by which alerts are answered, as the settings want them."""

from __future__ import annotations

from alertd.notify.links import Links
from alertd.settings import Settings
from alertd.web.token import load_or_make_token

KEY_FILE = "links.key"


def links_of(settings: Settings) -> Links | None:
    """Give what makes and reads links; None where nobody outside could open one.

    The key is that of the settings, else one that is made once in the state directory. Raises ConfigError where its
    file can be read by others or is empty.
    """
    public = settings.web.public
    if public is None:
        return None
    key = settings.web.links_key or load_or_make_token(settings.state_dir / KEY_FILE, "the key of the links in mail")
    return Links(public.url, key, settings.web.links_expire)
