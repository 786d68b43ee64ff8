"""What stands behind every proxy of ``benchmarks.gateway``: granian's quickest interface, one small JSON answer.

Whatever lies below ``SLOW`` is answered after five milliseconds, as by a module that asks its database.
"""

from __future__ import annotations

import asyncio
from typing import Any

BODY = b'{"sku":"tea-01","available":12,"price":"4.20","name":"Earl Grey"}'
SLOW = "/api/v1/x/slow/"
SECONDS = 0.005


async def application(scope: Any, protocol: Any) -> None:
    """Answers every request alike."""
    if scope.path.startswith(SLOW):
        await asyncio.sleep(SECONDS)
    protocol.response_bytes(200, [("content-type", "application/json")], BODY)
