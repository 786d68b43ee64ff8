"""The book of operators' orders, in the hub's tables: placed, taken back, each act kept with who did it and why.

Processes are woken by each act. This file may not know what an order means; the use cases check that.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec
from django.conf import settings

from seamline.calls import current_call
from seamline.control import table
from seamline.control.here import is_elsewhere
from seamline.control.values import Acted, OrderKind
from seamline.schemas import declared_contracts

LONGEST_REASON = 1000
_PLACE = """
INSERT INTO control_order (kind, subject, value, actor, reason, expires_at)
VALUES (%s, %s, %s, %s, %s, now() + make_interval(secs => %s))
ON CONFLICT (kind, subject) DO UPDATE SET (value, actor, reason, ordered_at, expires_at) =
    (excluded.value, excluded.actor, excluded.reason, excluded.ordered_at, excluded.expires_at)
RETURNING ordered_at
"""
_WITHDRAW = "DELETE FROM control_order WHERE kind = %s AND subject = %s RETURNING value::text"
_EXPIRED = "DELETE FROM control_order WHERE expires_at < now()"
_ACT = """
INSERT INTO control_act (action, kind, subject, value, actor, reason) VALUES (%s, %s, %s, %s, %s, %s)
"""
_ACTS = """
SELECT at, action, kind, subject, value::text, actor, reason FROM control_act
WHERE %(subject)s = '' OR subject = %(subject)s ORDER BY id DESC LIMIT %(limit)s
"""


def place(
    kind: OrderKind, subject: str, value: dict[str, Any], *, reason: str, seconds: float | None = None
) -> datetime:
    """Order it for all processes, in place of what was ordered about the subject before.

    :param seconds: after which it ends by itself; None for none.
    :returns: when, by the database's clock.
    :raises ValueError: there is no reason, or a too long one.
    :raises LookupError: this deployable has no book; the hub has.
    :raises BoardAway: the database is out of reach.
    """
    actor, reason = _actor(), _checked(reason)
    text = msgspec.json.encode(value).decode()
    with table.django_execute() as execute:
        execute(_EXPIRED)
        (at,) = execute(_PLACE, (kind.value, subject, text, actor, reason, seconds)).fetchone()
        execute(_ACT, ("placed", kind.value, subject, text, actor, reason))
        execute("SELECT pg_notify(%s, '')", (table.CHANNEL,))
    ordered: datetime = at
    return ordered


def withdraw(kind: OrderKind, subject: str, *, reason: str) -> bool:
    """Take back what was ordered; whether there was anything.

    :raises ValueError: there is no reason, or a too long one.
    :raises LookupError: this deployable has no book; the hub has.
    :raises BoardAway: the database is out of reach.
    """
    actor, reason = _actor(), _checked(reason)
    with table.django_execute() as execute:
        row = execute(_WITHDRAW, (kind.value, subject)).fetchone()
        if row is None:
            return False
        execute(_ACT, ("withdrawn", kind.value, subject, row[0], actor, reason))
        execute("SELECT pg_notify(%s, '')", (table.CHANNEL,))
    return True


def acts(*, subject: str = "", limit: int = 100) -> tuple[Acted, ...]:
    """What operators did, the latest first.

    :param subject: a callee, a module or a fault's id; empty for all.
    :raises BoardAway: the database is out of reach.
    """
    _ensure_hub()
    with table.django_execute() as execute:
        rows = execute(_ACTS, {"subject": subject, "limit": limit}).fetchall()
    return tuple(
        Acted(
            at=at,
            action=action,
            kind=OrderKind(kind),
            subject=about,
            value=msgspec.json.decode(value),
            actor=actor,
            reason=reason,
        )
        for at, action, kind, about, value, actor, reason in rows
    )


def known_module(name: str) -> str:
    """The name, if a contract of the project has it.

    :raises LookupError: none has; the text names those that exist.
    """
    known = sorted({contract.module for contract in declared_contracts()})
    if name not in known:
        raise LookupError(f"No contract of a module {name!r} is declared; there are {', '.join(known)}.")
    return name


def _actor() -> str:
    _ensure_hub()
    return current_call().origin.actor


def _ensure_hub() -> None:
    if is_elsewhere(settings.SEAMLINE_REGISTRY):
        raise LookupError(f"Orders are given at the hub, {settings.SEAMLINE_REGISTRY}: this deployable only obeys.")


def _checked(reason: str) -> str:
    reason = " ".join(reason.split())
    if not reason:
        raise ValueError("An order needs a reason: it is all that will tell others whether it may be taken back.")
    if len(reason) > LONGEST_REASON:
        raise ValueError(f"The reason has {len(reason)} characters; {LONGEST_REASON} are kept.")
    return reason
