"""Where events leave to: the setting ``SEAMLINE_EXTERNALISE``, read and checked. This file may not connect anywhere.

``orders=amqp://...,catalog=redis://...,all=...``: a publisher, or all, and the URL of a broker. What it does not know
it refuses, and no text of it ever has a password.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Literal
from urllib.parse import SplitResult, parse_qsl, urlsplit, urlunsplit

EVERY_PUBLISHER = "all"
FORM = "orders=amqps://user:password@host:5671/vhost,all=rediss://:password@host:6379/0"
LONGEST_STREAM = 100_000
"""Entries that a stream keeps unless the URL says otherwise."""
LARGEST_EVENT = 16 * 1024 * 1024
"""Bytes of an event unless the URL says otherwise; RabbitMQ takes no larger ones, as it comes."""
MEANING_OF_START = ("now", "beginning")

_NAME = re.compile(r"[a-z][a-z0-9_]{0,30}")
_WORD = re.compile(r"[A-Za-z0-9_.:-]{1,100}")
_SOURCE = re.compile(r"[A-Za-z0-9_.~:/-]{1,200}")


class Kind(StrEnum):
    """The kinds of brokers; the value is a target's name, unless the URL gives one."""

    RABBITMQ = "rabbitmq"
    REDIS = "redis"


_SCHEMES = {
    "amqp": Kind.RABBITMQ,
    "amqps": Kind.RABBITMQ,
    "redis": Kind.REDIS,
    "rediss": Kind.REDIS,
    "valkey": Kind.REDIS,
    "valkeys": Kind.REDIS,
}
_COMMON = {"start", "event", "source", "max_bytes"}
_OPTIONS = {Kind.RABBITMQ: {"exchange", *_COMMON}, Kind.REDIS: {"prefix", "maxlen", *_COMMON}}


class UnusableTarget(ValueError):
    """A part of the setting that cannot be used; the text says which, why and what to give, without any password."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """One broker that the events of one publisher, or of all, leave to."""

    publisher: str
    """A module, or ``all``."""
    name: str
    """Stable: how far the target has come is stored under it."""
    kind: Kind
    url: str
    """With the password, without options: for the client alone."""
    start: Literal["now", "beginning"] = "now"
    """Where a target begins that has never been sent to."""
    events: tuple[str, ...] = ()
    """Names of the events that leave; empty means all."""
    source: str = "/seamline"
    """What the CloudEvents' ``source`` begins with; a slash and the publisher follow."""
    max_bytes: int = LARGEST_EVENT
    exchange: str = "seamline.events"
    """RabbitMQ: the topic exchange."""
    prefix: str = "seamline.events."
    """Redis: what the name of a stream begins with; the publisher follows."""
    maxlen: int = LONGEST_STREAM
    """Redis: so many entries are kept in a stream, roughly; 0 keeps all."""

    def __repr__(self) -> str:
        return f"<Target {self.publisher} {self.name} {self.shown_url}>"

    @property
    def shown_url(self) -> str:
        """The URL without its user and password."""
        return masked(self.url)

    def takes(self, publisher: str) -> bool:
        """Whether the publisher's events leave to it."""
        return self.publisher in (EVERY_PUBLISHER, publisher)

    def takes_event(self, name: str) -> bool:
        """Whether this event of a publisher that it takes leaves to it."""
        return not self.events or name in self.events


def masked(url: str) -> str:
    """The URL without user, password, options and name; a plain word where it is no URL."""
    try:
        parts = urlsplit(url)
        place = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname or ""
        return urlunsplit((parts.scheme, f"{place}:{parts.port}" if parts.port else place, parts.path, "", ""))
    except ValueError:
        return "(no URL)"


def parse_targets(text: str) -> tuple[Target, ...]:
    """All targets of the setting.

    :raises UnusableTarget: the first part that cannot be used.
    """
    targets, problems = read_targets(text)
    if problems:
        raise problems[0]
    return targets


def read_targets(text: str) -> tuple[tuple[Target, ...], tuple[UnusableTarget, ...]]:
    """The targets that can be used, and what is wrong with the others."""
    targets: list[Target] = []
    problems: list[UnusableTarget] = []
    for number, part in enumerate((part.strip() for part in text.split(",")), start=1):
        if not part:
            continue
        try:
            target = _target(part, number=number)
            for other in targets:
                if other.name == target.name and (other.takes(target.publisher) or target.takes(other.publisher)):
                    raise UnusableTarget(
                        f"part {number}: {target.publisher!r} has two targets named {target.name!r}; give one a name "
                        "of its own at the end of its URL, such as #partners."
                    )
        except UnusableTarget as problem:
            problems.append(problem)
        else:
            targets.append(target)
    return tuple(targets), tuple(problems)


def _target(part: str, *, number: int) -> Target:
    publisher, separator, url = (piece.strip() for piece in part.partition("="))
    if not separator or not publisher.isidentifier():
        # A password with a comma in it lands here too, so nothing of the part is shown.
        raise UnusableTarget(f"part {number} is no module=URL; a comma within a URL is written %2C. Example: {FORM}")
    where = f"part {number} ({publisher})"
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        raise UnusableTarget(f"{where} has a URL whose host or port cannot be read. Example: {FORM}") from None
    if "@" in parts.query + parts.fragment:
        # It is the rest of a password then, so what follows may not be shown.
        raise UnusableTarget(f"{where} has an @ behind a ? or #; within a password these are written %3F and %23.")
    kind = _SCHEMES.get(parts.scheme)
    if kind is None:
        raise UnusableTarget(f"{where} has the scheme {parts.scheme!r}; give one of {', '.join(_SCHEMES)}.")
    if not host:
        raise UnusableTarget(f"{where} has a URL without a host. Example: {FORM}")
    name = parts.fragment or kind.value
    if not _NAME.fullmatch(name):
        raise UnusableTarget(
            f"{where} has the name {name!r} behind its #; give lower case letters, digits and _, at most 31."
        )
    options = dict(_options(parts, kind=kind, where=where))
    return Target(publisher=publisher, name=name, kind=kind, url=_plain(parts), **options)


def _options(parts: SplitResult, *, kind: Kind, where: str) -> Iterator[tuple[str, Any]]:
    known = _OPTIONS[kind]
    given = parse_qsl(parts.query, keep_blank_values=True)
    yield "events", tuple(dict.fromkeys(value for option, value in given if option == "event"))
    for option, value in given:
        if option not in known:
            raise UnusableTarget(f"{where} has the option {option!r}; for {kind} there are {', '.join(sorted(known))}.")
        if option in ("maxlen", "max_bytes"):
            if not re.fullmatch(r"\d{1,12}", value) or (option == "max_bytes" and int(value) < 1):
                raise UnusableTarget(f"{where} has {option}={value!r}; give a whole number.")
            yield option, int(value)
        elif option == "start" and value not in MEANING_OF_START:
            raise UnusableTarget(f"{where} has start={value!r}; give {' or '.join(MEANING_OF_START)}.")
        elif option == "source" and (not _SOURCE.fullmatch(value) or value.endswith("/")):
            raise UnusableTarget(
                f"{where} has source={value!r}; give a path or URL without a slash at its end, such as "
                "https://shop.example."
            )
        elif option not in ("start", "source") and not _WORD.fullmatch(value):
            raise UnusableTarget(f"{where} has {option}={value!r}; give letters, digits and . _ : -, at most 100.")
        elif option != "event":
            yield option, value


def _plain(parts: SplitResult) -> str:
    """As the clients know it: no options, no name, and Valkey under the scheme of Redis."""
    scheme = {"valkey": "redis", "valkeys": "rediss"}.get(parts.scheme, parts.scheme)
    return urlunsplit((scheme, parts.netloc, parts.path, "", ""))
