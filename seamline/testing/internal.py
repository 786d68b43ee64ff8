"""The endpoint of internal calls on a free port of this process, for tests that go over a real socket."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from django.core.servers.basehttp import WSGIRequestHandler

from seamline.calls.endpoint import with_internal_calls
from seamline.calls.endpoint.hosted import Hosted, hosted_here
from seamline.calls.remote import RemoteBinding
from seamline.calls.remote.pools import close_all
from seamline.contract import Contract
from seamline.discovery import Balancer, Instance
from seamline.testing.roomy import RoomyServer


class _Handler(WSGIRequestHandler):
    disable_nagle_algorithm = True

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing: tests read what is answered."""


@contextmanager
def internal_endpoint(*, hosted: Hosted = hosted_here) -> Iterator[str]:
    """Serve calls of the modules that this process hosts until the block ends; yields the base URL."""
    server = RoomyServer(("127.0.0.1", 0), _Handler)
    server.set_app(with_internal_calls(_nothing_else, hosted=hosted))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        close_all()  # threads of kept connections end with them
        server.shutdown()
        server.server_close()
        thread.join()


def over_http(contract: type[Contract], *urls: str) -> RemoteBinding:
    """The contract's calls go to the endpoints at these addresses."""
    instances = tuple(Instance(id=url, modules=(contract.module,), url=url) for url in urls)
    return RemoteBinding(contract, balancer=Balancer(contract.module, lambda: instances))


def _nothing_else(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    start_response("404 Not Found", [("Content-Length", "0")])
    return (b"",)
