"""The keys under which personal data of one person are sealed, in the module's own schema. Thrown away, they are gone.

This file may not know what is sealed.
"""

from __future__ import annotations

import os

from django.utils import timezone

from seamline.data import atomic, connection_for

_MAKE = """
INSERT INTO subject_key (subject, key) VALUES (%s, %s) ON CONFLICT (subject) DO UPDATE SET subject = excluded.subject
RETURNING key
"""
_READ = "SELECT key FROM subject_key WHERE subject = %s"
_FORGET = """
INSERT INTO subject_key (subject, key, forgotten_at, forgotten_by, reason)
VALUES (%(subject)s, NULL, %(now)s, %(by)s, %(why)s)
ON CONFLICT (subject) DO UPDATE SET key = NULL, forgotten_at = excluded.forgotten_at,
    forgotten_by = excluded.forgotten_by, reason = excluded.reason
WHERE subject_key.key IS NOT NULL
"""


class SubjectForgotten(Exception):
    """Nothing personal is written any more about a person who was forgotten."""


def key_for(module: str, subject: str) -> bytes:
    """The key of a person, made now where there is none yet, in the module's open transaction.

    :raises SubjectForgotten: the person was forgotten.
    """
    with connection_for(module).cursor() as cursor:
        cursor.execute(_MAKE, [subject, os.urandom(32)])
        (key,) = cursor.fetchone()
    if key is None:
        raise SubjectForgotten(
            f"{subject} was forgotten: nothing personal is written about them any more. A new person needs another id."
        )
    return bytes(key)


def existing_key(module: str, subject: str) -> bytes | None:
    """The key of a person; None where there never was one, or it was thrown away."""
    with connection_for(module).cursor() as cursor:
        cursor.execute(_READ, [subject])
        row = cursor.fetchone()
    return bytes(row[0]) if row is not None and row[0] is not None else None


def forget_subject(module: str, subject: str, *, by: str, reason: str) -> bool:
    """Throw a person's key away for ever, and what was kept of states; False where it had been done before.

    Snapshots go too, for they hold what was read while the key was there.
    """
    with atomic(module), connection_for(module).cursor() as cursor:
        cursor.execute(_FORGET, {"subject": subject, "now": timezone.now(), "by": by, "why": reason})
        changed = bool(cursor.rowcount)
        cursor.execute("DELETE FROM snapshot")
        return changed
