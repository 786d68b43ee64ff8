"""What the use cases of this package refuse."""

from __future__ import annotations

from seamline.carve.move.errors import MoveRefused


class ExtractionRefused(MoveRefused):
    """It cannot be extracted as it stands; nothing was written. Its text says why, and what to do."""
