"""Who serves a carved module's calls and requests: the one place where the carve touches placement."""

from __future__ import annotations

from collections.abc import Callable

from seamline.placement.await_everywhere import NotEverywhere, await_everywhere
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
    whose = "the service serves" if serves is Serves.SERVICE else "the monolith serves"
    try:
        await_everywhere(module, epoch=placed.epoch, timeout=PATIENCE)
    except NotEverywhere as late:
        # Both may serve meanwhile, from the same data: it is worth a word, not a failure.
        say(f"{whose} {module}; not heard yet by {', '.join(late.processes)}")
        return
    say(f"{whose} {module}")
