"""Ports of 127.0.0.1 for servers that choose their own. Nothing is reserved: whoever binds first has it."""

from __future__ import annotations

import socket


def is_free(port: int) -> bool:
    """Whether a server could bind the port at the moment."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def free_port() -> int:
    """A port that nobody listens on at the moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
