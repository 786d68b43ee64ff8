"""What a monolith that was carved needs beside it on this machine: its modules' embedded servers and services.

``manage.py up`` starts both with the monolith and ends both with it. This file may not move anything.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import msgspec

from seamline.carve.book import Book
from seamline.carve.service import start_service, stop_service
from seamline.embedded import default_server


@contextmanager
def servers_of_carved_modules(root: Path, *, own: str) -> Iterator[None]:
    """The embedded servers that carved modules' data are on; those that this started are stopped again.

    :param own: the name of the embedded server of this very process, which somebody else sees to.
    :raises EmbeddedServerError: one cannot be started.
    """
    with ExitStack() as stack:
        for entry in Book(root).entries():
            for name in (entry.source.embedded, entry.target.embedded):
                if name is not None and name != own:
                    server = default_server(root, name=name)
                    if server.initialised and server.ensure_running():
                        stack.callback(server.stop)
        yield


def start_services(root: Path, *, hub: str) -> tuple[str, ...]:
    """Start the services that belong on this machine and do not run.

    :param hub: where the monolith answers.
    :returns: a line about each.
    :raises MoveRefused: one does not answer in time.
    """
    book, told = Book(root), []
    for entry in book.entries():
        if entry.service is not None and entry.service.runs == "here":
            service = start_service(entry, book=book, hub=hub)
            book.write(msgspec.structs.replace(entry, service=service))
            told.append(f"The service of {entry.module}: {service.url}")
    return tuple(told)


def stop_services(root: Path) -> None:
    """End the services that run on this machine, in order."""
    for entry in Book(root).entries():
        if entry.service is not None:
            stop_service(entry.service)
