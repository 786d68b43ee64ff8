"""Events leave for RabbitMQ and for Valkey or Redis as CloudEvents: at least once, in order for each key."""

from seamline.externalise.outlet import Outlet, install, outlets
from seamline.externalise.state import TargetState, target_states
from seamline.externalise.target import Kind, Target, UnusableTarget, parse_targets

__all__ = [
    "Kind",
    "Outlet",
    "Target",
    "TargetState",
    "UnusableTarget",
    "install",
    "outlets",
    "parse_targets",
    "target_states",
]
