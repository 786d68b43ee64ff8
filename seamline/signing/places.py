"""Where other deployables are: addresses from settings, checked before anything is sent there."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import SplitResult, urlsplit


class WrongPlace(ValueError):
    """An address cannot be used; the text says why and shows a right one."""


def address_parts(url: str) -> SplitResult:
    """The parts of a deployable's base URL.

    :raises WrongPlace: it is no address of a web server.
    """
    example = "such as https://orders.internal:8000"
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise WrongPlace(f"The address cannot be read ({error}); give one {example}.") from error
    if parts.scheme not in ("http", "https") or not parts.hostname or port == 0:
        raise WrongPlace(f"The address is no http or https URL with a host; give one {example}.")
    if parts.username or parts.password or parts.query or parts.fragment:
        raise WrongPlace(f"The address may hold no user, password, query or fragment; give one {example}.")
    return parts


def feed_places(text: str) -> Mapping[str, str]:
    """The base URL of each publisher's deployable, from ``SEAMLINE_FEEDS``: ``orders=http://..., catalog=http://...``.

    :raises WrongPlace: says which part is wrong.
    """
    places: dict[str, str] = {}
    for part in filter(None, (part.strip() for part in text.split(","))):
        name, _, url = part.partition("=")
        name = name.strip()
        if not name.isidentifier() or name in places:
            raise WrongPlace(
                f"SEAMLINE_FEEDS has {name!r} where the name of a module should stand, each once: give "
                "orders=https://orders.internal:8000,catalog=https://catalog.internal:8000."
            )
        try:
            address_parts(url.strip())
        except WrongPlace as error:
            raise WrongPlace(f"SEAMLINE_FEEDS, {name}: {error}") from error
        places[name] = url.strip()
    return places
