"""What stands behind every proxy of ``benchmarks.gateway``: granian's quickest interface, one small JSON answer."""

from __future__ import annotations

from typing import Any

BODY = b'{"sku":"tea-01","available":12,"price":"4.20","name":"Earl Grey"}'


async def application(scope: Any, protocol: Any) -> None:
    """Answers every request alike."""
    protocol.response_bytes(200, [("content-type", "application/json")], BODY)
