"""What can go wrong in a move, said so that an operator knows what to do."""

from __future__ import annotations


class MoveRefused(Exception):
    """The move must not go on; nothing was changed by the step that says so. The text says why and what to do."""


class FenceFailed(Exception):
    """The data could not be fenced off this time; traffic goes on where it was."""
