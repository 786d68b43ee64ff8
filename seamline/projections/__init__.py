"""Projections: read models that follow from events alone, and are made anew beside the live ones.

Modules import this package's names and nothing below it.
"""

from seamline.projections.aligning import NotComparable
from seamline.projections.building import RebuildFailed, RebuildGone
from seamline.projections.comparing import TableComparison
from seamline.projections.fingerprint import fingerprint
from seamline.projections.muted import is_rebuilding
from seamline.projections.positions import await_position, parse_position, position_after
from seamline.projections.projection import Projection, projections_of
from seamline.projections.rebuild import Rebuild, Step, rebuilds
from seamline.projections.rebuilding import Outcome, Watching, cancel, compare, rebuild
from seamline.projections.record import Record, accept, projections, records
from seamline.projections.rows import replace_rows, rows_by_key
from seamline.projections.sessions import AlreadyRebuilding
from seamline.projections.shape import NotRebuildable
from seamline.projections.swapping import SwapRefused

__all__ = [
    "AlreadyRebuilding",
    "NotComparable",
    "NotRebuildable",
    "Outcome",
    "Projection",
    "Rebuild",
    "RebuildFailed",
    "RebuildGone",
    "Record",
    "Step",
    "SwapRefused",
    "TableComparison",
    "Watching",
    "accept",
    "await_position",
    "cancel",
    "compare",
    "fingerprint",
    "is_rebuilding",
    "parse_position",
    "position_after",
    "projections",
    "projections_of",
    "rebuild",
    "rebuilds",
    "records",
    "replace_rows",
    "rows_by_key",
]
