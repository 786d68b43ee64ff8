"""Who a connection really comes from, and which host it may ask for; proxies in front are believed only if named."""

from __future__ import annotations

import ipaddress

from seamline.gateway.headers import Head
from seamline.gateway.problems import Problem


class Clients:
    """The rules of one gateway.

    :param hosts: names that may be asked for; ``.example.com`` is that and all below, ``*`` any.
    :param trusted: networks of proxies in front.
    """

    def __init__(self, *, hosts: tuple[str, ...], trusted: tuple[str, ...]) -> None:
        self._any = "*" in hosts
        self._hosts = frozenset(host for host in hosts if not host.startswith("."))
        self._domains = tuple(host for host in hosts if host.startswith("."))
        self._trusted = tuple(ipaddress.ip_network(network) for network in trusted)

    def seen(self, peer: str, head: Head) -> tuple[str, str]:
        """The client's address, and the scheme that it used.

        Of ``X-Forwarded-For``, the last address that no trusted proxy has is the client's.
        """
        if not self._trusted or not self._is_trusted(peer):
            return peer, "http"
        scheme = "https" if head.scheme == b"https" else "http"
        for address in reversed(head.clients.decode("latin-1").split(",")):
            found = address.strip()
            if found and not self._is_trusted(found):
                return (found if _is_address(found) else peer), scheme
        return peer, scheme

    def check_host(self, host: bytes) -> None:
        """Refuse a host that is not ours.

        :raises Problem: 421.
        """
        if self._any:
            return
        name = host.decode("latin-1").lower()
        name = name if name.endswith("]") else name.rpartition(":")[0] or name
        if name not in self._hosts and not any(name.endswith(each) or name == each[1:] for each in self._domains):
            raise Problem(421, "unknown_host", "This host is not served here.", close=True)

    def _is_trusted(self, address: str) -> bool:
        try:
            found = ipaddress.ip_address(address)
        except ValueError:
            return False
        return any(found in network for network in self._trusted)


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True
