"""History: old events leave the log for files and can still be read; handlers are given old events again.

Modules need nothing of it; commands and operators do.
"""

from seamline.history.archive_file import ArchiveDamaged
from seamline.history.archiving import AlreadyArchiving, ArchiveResult, archive
from seamline.history.holders import Holder, HolderKind, holders
from seamline.history.ranges import ArchivedRange, archived_ranges
from seamline.history.replay import Replay, ReplayStatus, Share, cancel_replay, replay_with, replays, resume_replay
from seamline.history.replaying import run_replay
from seamline.history.requesting import count_replay, rebuild, request_replay
from seamline.history.rewinding import Rewound, rewind

__all__ = [
    "AlreadyArchiving",
    "ArchiveDamaged",
    "ArchiveResult",
    "ArchivedRange",
    "Holder",
    "HolderKind",
    "Replay",
    "ReplayStatus",
    "Rewound",
    "Share",
    "archive",
    "archived_ranges",
    "cancel_replay",
    "count_replay",
    "holders",
    "rebuild",
    "replay_with",
    "replays",
    "request_replay",
    "resume_replay",
    "rewind",
    "run_replay",
]
