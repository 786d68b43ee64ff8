"""The web server of tests that many callers reach at once."""

from __future__ import annotations

from django.core.servers.basehttp import ThreadedWSGIServer


class RoomyServer(ThreadedWSGIServer):
    """Django's, but with room for callers that connect at the same moment: its own queue of ten overflows."""

    request_queue_size = 256
