"""Which addresses an instance may have: those of the installation's own networks, so that nobody is sent elsewhere.

A registry's entry decides where signed calls go. Whoever can write one could point them at a cloud's metadata service
or at a neighbour; therefore addresses are checked when they are registered, when they are read, and once connected.
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Iterable

from seamline.signing.places import WrongPlace, address_parts

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
LONGEST_URL = 500


def networks(text: str) -> tuple[Network, ...]:
    """The networks of ``SEAMLINE_INTERNAL_NETWORKS``, with commas between.

    :raises WrongPlace: one is none.
    """
    found = []
    for part in filter(None, (part.strip() for part in text.split(","))):
        try:
            found.append(ipaddress.ip_network(part))
        except ValueError as error:
            raise WrongPlace(
                f"SEAMLINE_INTERNAL_NETWORKS: {error}. Give networks such as 10.0.0.0/8,fc00::/7."
            ) from None
    return tuple(found)


def is_within(address: str, allowed: Iterable[Network]) -> bool:
    """Whether an IP address lies in one of the networks; one that is mapped into IPv6 counts as what it maps."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(found, ipaddress.IPv6Address) and found.ipv4_mapped is not None:
        found = found.ipv4_mapped
    if found.is_unspecified or found.is_multicast or found.is_link_local:
        return False
    return any(found in network for network in allowed)


def check_address(url: str, allowed: Iterable[Network]) -> None:
    """See to it that the URL is a server of ours; names are looked up.

    :raises WrongPlace: says why it is none.
    """
    if len(url) > LONGEST_URL:
        raise WrongPlace(f"The address has {len(url)} characters; {LONGEST_URL} are allowed.")
    parts = address_parts(url)
    if parts.path.strip("/") or any(character.isspace() for character in url):
        raise WrongPlace("An instance's address has no path: give http://10.0.0.3:8000.")
    host, permitted = parts.hostname or "", tuple(allowed)
    try:
        answers = socket.getaddrinfo(host, parts.port or 80, type=socket.SOCK_STREAM)
    except (socket.gaierror, UnicodeError) as error:
        raise WrongPlace(f"The name of the address cannot be found: {error}.") from error
    for answer in answers:
        if not is_within(str(answer[4][0]), permitted):
            raise WrongPlace(
                f"The address leads to {answer[4][0]}, which is in none of the networks of SEAMLINE_INTERNAL_NETWORKS."
            )
