"""Who serves a carved module's calls and requests: the one place where the carve touches placement."""

from __future__ import annotations

from collections.abc import Callable

from seamline.placement.await_everywhere import await_everywhere
from seamline.placement.place_service import place_service
from seamline.placement.values import Serves

PATIENCE = 10.0


def serve_elsewhere(module: str, *, reason: str, actor: str, say: Callable[[str], None]) -> None:
    """Have the service serve; the monolith goes on standing by."""
    _place(module, Serves.SERVICE, reason=reason, actor=actor, say=say)


def serve_here(module: str, *, reason: str, actor: str, say: Callable[[str], None]) -> None:
    """Have the monolith serve."""
    _place(module, Serves.HERE, reason=reason, actor=actor, say=say)


def _place(module: str, serves: Serves, *, reason: str, actor: str, say: Callable[[str], None]) -> None:
    placed = place_service(module, serves=serves, reason=reason, actor=actor)
    late = await_everywhere(module, placed.epoch, PATIENCE)
    whose = "the service serves" if serves is Serves.SERVICE else "the monolith serves"
    say(f"{whose} {module}" + (f"; not heard yet by {', '.join(map(str, late))}" if late else ""))
