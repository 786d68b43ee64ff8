"""``EVENT_BUS=celery``: wake-ups as Celery tasks, one queue for each module, so that workers elsewhere deliver.

Nothing rests on the broker: a task says "look now", the checkpoint's lock decides, and the sweep that beat sends finds
what no task told of. Only ``project`` and the framework's own start-up import this package. See docs/events/celery.md.
"""

from seamline.bus.application import application, queue_name
from seamline.bus.sender import install

__all__ = ["application", "install", "queue_name"]
