"""Metrics: the state of all events as one document, for Prometheus, for programs and for the command line.

Modules have no use for it; the deployable mounts ``seamline.metrics.views``.
"""

from seamline.metrics.state import EventState, event_state

__all__ = ["EventState", "event_state"]
