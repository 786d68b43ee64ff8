"""Which instances of a module run, and which of them the next call goes to."""

from seamline.discovery.balancer import Balancer
from seamline.discovery.directory import Directory
from seamline.discovery.here import announce, balancer_for, directory
from seamline.discovery.instance import Instance, InstanceState, NoInstance, Snapshot
from seamline.discovery.target import Target

__all__ = [
    "Balancer",
    "Directory",
    "Instance",
    "InstanceState",
    "NoInstance",
    "Snapshot",
    "Target",
    "announce",
    "balancer_for",
    "directory",
]
