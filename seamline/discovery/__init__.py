"""Which instances of a module run, and which of them the next call goes to."""

from seamline.discovery.balancer import Balancer
from seamline.discovery.directory import balancer_for
from seamline.discovery.instance import Instance, InstanceState, NoInstance, Snapshot
from seamline.discovery.target import Target

__all__ = ["Balancer", "Instance", "InstanceState", "NoInstance", "Snapshot", "Target", "balancer_for"]
