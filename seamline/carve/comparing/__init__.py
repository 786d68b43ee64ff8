"""Is every row at the target as it is at the source? Compared at one logical point, while traffic goes on."""

from seamline.carve.comparing.comparing import compare
from seamline.carve.comparing.digests import NoSnapshot
from seamline.carve.comparing.report import (
    Comparison,
    Mismatch,
    MismatchKind,
    Progress,
    SequenceBehind,
    TableResult,
)

__all__ = [
    "Comparison",
    "Mismatch",
    "MismatchKind",
    "NoSnapshot",
    "Progress",
    "SequenceBehind",
    "TableResult",
    "compare",
]
