"""Events: published into the module's own log in the business transaction, delivered exactly once, in order per key.

Modules import this package's names and nothing below it.
"""

from seamline.contract import upcaster
from seamline.events.dispatcher import Dispatcher, announce, start_dispatcher, stop_dispatcher
from seamline.events.draining import NotDrained, drain
from seamline.events.feed import Feed, FeedBatch, FeedUnavailable
from seamline.events.feed_readers import FeedReader, forget_reader, remote_readers
from seamline.events.lag import Lag, lag, sums
from seamline.events.open_writers import Log, OpenWriter, logs, open_writers
from seamline.events.parked_event import ParkedEvent, ParkedGroup, parked, parked_groups
from seamline.events.parking import discard, redrive
from seamline.events.pausing import Pause, pause, pauses, resume
from seamline.events.publishing import publish
from seamline.events.shelf import ParkedStatus
from seamline.events.stored import StoredEvent, UndecodableEvent
from seamline.events.subscription import Delivery, Subscription

__all__ = [
    "Delivery",
    "Dispatcher",
    "Feed",
    "FeedBatch",
    "FeedReader",
    "FeedUnavailable",
    "Lag",
    "Log",
    "NotDrained",
    "OpenWriter",
    "ParkedEvent",
    "ParkedGroup",
    "ParkedStatus",
    "Pause",
    "StoredEvent",
    "Subscription",
    "UndecodableEvent",
    "announce",
    "discard",
    "drain",
    "forget_reader",
    "lag",
    "logs",
    "open_writers",
    "parked",
    "parked_groups",
    "pause",
    "pauses",
    "publish",
    "redrive",
    "remote_readers",
    "resume",
    "start_dispatcher",
    "stop_dispatcher",
    "sums",
    "upcaster",
]
