"""What the actions of ``manage.py ledger`` share: how a thing and a moment are named. No action here."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.core.management.base import CommandError, CommandParser

from seamline.eventsourcing.aggregate import Aggregate
from seamline.eventsourcing.limits import parsed
from seamline.eventsourcing.registry import reader_named


def add_thing(parser: CommandParser) -> None:
    """Which aggregate or history, and which one of them."""
    parser.add_argument("type", help="such as payments.payment; 'manage.py ledger list' names all")
    parser.add_argument("id", help="its id, such as an order's")


def read(options: dict[str, Any], moment: str | None) -> Aggregate[Any]:
    """The thing as of a moment.

    :raises CommandError: the moment is none (exit status 2).
    :raises LookupError: there is no such type or thing.
    """
    return reader_named(options["type"]).get(options["id"], as_of=as_of(moment))


def as_of(text: str | None) -> datetime | int | None:
    """A version or a time from the command line.

    :raises CommandError: it is neither (exit status 2).
    """
    try:
        return None if text is None else parsed(text)
    except ValueError as error:
        raise CommandError(str(error), returncode=2) from error


def lines(value: Any, indent: str = "  ") -> Iterator[str]:
    """A state for people."""
    if not isinstance(value, dict):
        yield f"{indent}{value}"
        return
    for name, each in value.items():
        if isinstance(each, dict) and each:
            yield f"{indent}{name}:"
            yield from lines(each, indent + "  ")
        else:
            yield f"{indent}{name}: {each}"
