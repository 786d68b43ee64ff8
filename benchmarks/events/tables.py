"""What every contender writes: a business row, and one effect row for it. The same columns and sizes for all.

Imports nothing but Python: the contenders' processes may belong to another environment.
"""

from __future__ import annotations

NOTE = "a line of text such as orders carry, of no use but to have a size: " + "x" * 33
"""A hundred characters in each business row, event and effect."""
KEYS = 97
NUMBERS = 10_000_000
"""Each publisher has a range of its own of so many numbers."""

BUSINESS = """
CREATE TABLE business (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, number integer NOT NULL, item text NOT NULL, note text NOT NULL
)
"""
EFFECT = """
CREATE TABLE effect (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, number integer NOT NULL, item text NOT NULL, note text NOT NULL,
    at timestamptz NOT NULL DEFAULT clock_timestamp()
)
"""
OUTBOX = """
CREATE TABLE outbox (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, number integer NOT NULL, item text NOT NULL, note text NOT NULL,
    at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE TABLE mark (position bigint NOT NULL) WITH (fillfactor = 50);
INSERT INTO mark VALUES (0)
"""
BUSINESS_ROW = "INSERT INTO business (number, item, note) VALUES (%s, %s, %s)"
OUTBOX_ROW = "INSERT INTO outbox (number, item, note) VALUES (%s, %s, %s)"
EFFECT_ROW = "INSERT INTO effect (number, item, note) VALUES (%s, %s, %s)"
EFFECT_ROWS = "INSERT INTO effect (number, item, note) SELECT * FROM unnest(%s::int[], %s::text[], %s::text[])"


def item_of(number: int) -> str:
    """The key of an event: one of a hundred or so of its publisher, which publishes it alone and in order."""
    return f"item-{number // NUMBERS}-{number % KEYS}"
