"""``python -m seamline.testing.hosting PORT``: modules in a process of their own, for tests of a split shop.

Hosts what ``SEAMLINE_MODULES`` says on the database of ``DATABASE_URL``, prepared first, until its standard input ends:
it outlives no test session. Beside the deployable's own paths it takes orders below ``/testing/``, from who knows the
installation's secret: deliver events, run a job, start and stop the dispatcher. Never part of a deployable.
"""

from __future__ import annotations

import hmac
import json
import os
import sys
import threading
from collections.abc import Callable, Iterable
from typing import Any

import django
from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler
from django.utils.module_loading import import_string

ORDERS = "/testing/"
SECRET_HEADER = "X-Testing-Secret"  # noqa: S105 - a header's name


class QuietHandler(WSGIRequestHandler):
    """Keeps connections, answers at once, logs nothing."""

    disable_nagle_algorithm = True

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing: tests read what is answered."""


def with_orders(application: Callable[..., Iterable[bytes]]) -> Callable[..., Iterable[bytes]]:
    """The application, with orders of tests in front of it."""

    def dispatch(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        if not path.startswith(ORDERS):
            return application(environ, start_response)
        given = environ.get(f"HTTP_{SECRET_HEADER.upper().replace('-', '_')}", "")
        if not hmac.compare_digest(given.encode(), os.environ["SEAMLINE_SECRET"].encode()):
            start_response("401 Unauthorized", [("Content-Length", "0")])
            return (b"",)
        try:
            status, answer = "200 OK", carry_out(path.removeprefix(ORDERS))
        except Exception as error:
            status, answer = "500 Internal Server Error", f"{type(error).__name__}: {error}"
        body = json.dumps(answer, default=str).encode()
        start_response(status, [("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
        return (body,)

    return dispatch


def carry_out(order: str) -> Any:
    """Do what a test asks of this process, on connections of this thread."""
    from seamline.data import release_connections
    from seamline.events import drain, start_dispatcher, stop_dispatcher

    try:
        match order.split("/"):
            case ["drain"]:
                return drain()
            case ["jobs", name]:
                return run_here(name)
            case ["dispatcher", "start"]:
                start_dispatcher()
                return True
            case ["dispatcher", "stop"]:
                return stop_dispatcher()
            case _:
                raise LookupError(f"No test orders {order!r}: drain, jobs/<name>, dispatcher/start, dispatcher/stop.")
    finally:
        release_connections()


def run_here(name: str) -> Any:
    """Run a job of a hosted module now, once, in this thread.

    :raises LookupError: no hosted module has it.
    """
    from seamline.modules import hosted_modules
    from seamline.modules.manifest import imported

    for module in hosted_modules():
        for job in module.jobs:
            if job.name == name:
                return imported(job.run)()
    raise LookupError(f"No hosted module has a job {name!r}.")


def main(port: int) -> None:
    """Prepare the database and serve until nobody holds the other end of standard input."""
    django.setup()
    from django.conf import settings

    from seamline.data.migration import migrate_all
    from seamline.data.provision import provision_hosted

    provision_hosted(admin_url=settings.DATABASE_URL, secret=settings.SEAMLINE_SECRET)
    migrate_all()
    server = ThreadedWSGIServer(("127.0.0.1", port), QuietHandler)
    server.set_app(with_orders(import_string(settings.WSGI_APPLICATION)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    sys.stdin.buffer.read()
    os._exit(0)


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "project.settings")
    main(int(sys.argv[1]))
