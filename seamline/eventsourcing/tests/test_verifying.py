"""Whatever is altered in a stream is found, by whoever it was, and the first bad event is named."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import psycopg
import pytest

from seamline.data import atomic, connection_for
from seamline.eventsourcing.chain import canonical_of, link, microseconds
from seamline.eventsourcing.tests.sample import SHOP, Filled, Opened, filled, purses
from seamline.eventsourcing.verifying import Fault, verify

pytestmark = pytest.mark.usefixtures("shop")


@pytest.fixture
def superuser(admin_url: str, shop: None) -> Callable[[str], None]:
    """Changes the log as nobody should be able to."""

    def execute(statement: str) -> None:
        with psycopg.connect(admin_url, options=f"-c search_path={SHOP}") as connection:
            connection.execute("SET session_replication_role = replica")
            assert connection.execute(statement).rowcount == 1  # type: ignore[arg-type]

    return execute


def some_streams() -> None:
    with atomic(SHOP):
        purses.save(
            purses.new("a"),
            Opened(purse="a", owner="7", owner_name='Zoë "Z" \\ \u2028 O\'Neil'),
            Filled(purse="a", amount=Decimal("1.10")),
            Filled(purse="a", amount=Decimal("1E+3")),
        )
    filled("b", 1, 2, 3)


def test_untouched_log_is_sound() -> None:
    some_streams()
    found = verify(SHOP)
    assert (found.streams, found.events, found.findings) == (2, 6, ())
    assert verify(SHOP, stream="purse:b").events == 3


@pytest.mark.parametrize(
    "column",
    [
        "data = jsonb_set(data, '{amount}', '\"1.11\"')",
        'meta = meta || \'{"actor": "nobody"}\'',
        "at = at + interval '1 microsecond'",
        "name = 'sample_shop.purse_emptied'",
        "key = 'b'",
        "event_id = gen_random_uuid()",
        "schema_version = 2",
        "hash = set_byte(hash, 31, get_byte(hash, 31) # 1)",
        "previous_hash = set_byte(previous_hash, 0, get_byte(previous_hash, 0) # 1)",
    ],
)
def test_one_altered_value_is_found_and_named(superuser: Callable[[str], None], column: str) -> None:
    some_streams()
    superuser(f"UPDATE event_log SET {column} WHERE stream = 'purse:a' AND version = 2")
    (finding,) = verify(SHOP).findings
    assert (finding.stream, finding.version, finding.fault) == ("purse:a", 2, Fault.ALTERED)
    assert "purse:a version 2" in str(finding)


def test_deleted_event_is_found(superuser: Callable[[str], None]) -> None:
    some_streams()
    superuser("DELETE FROM event_log WHERE stream = 'purse:a' AND version = 2")
    (finding,) = verify(SHOP).findings
    assert (finding.version, finding.fault) == (3, Fault.MISSING)


def test_event_that_was_altered_and_hashed_again_breaks_the_next_link(superuser: Callable[[str], None]) -> None:
    some_streams()
    with connection_for(SHOP).cursor() as cursor:
        cursor.execute(
            "SELECT event_id, name, key, at, meta::text, previous_hash FROM event_log "
            "WHERE stream = 'purse:b' AND version = 2"
        )
        event_id, name, key, at, meta, previous = cursor.fetchone()
    data = b'{"amount":"2000000","purse":"b"}'
    forged = link(
        bytes(previous),
        stream="purse:b",
        version=2,
        event_id=str(event_id),
        name=name,
        schema_version=1,
        key=key,
        microseconds=microseconds(at),
        data=data,
        meta=canonical_of(meta),
    )
    superuser(
        f"UPDATE event_log SET data = '{data.decode()}', hash = '\\x{forged.hex()}' "
        "WHERE stream = 'purse:b' AND version = 2"
    )
    (finding,) = verify(SHOP).findings
    assert (finding.stream, finding.version, finding.fault) == ("purse:b", 3, Fault.UNCHAINED)


def test_event_from_elsewhere_is_found(superuser: Callable[[str], None]) -> None:
    some_streams()
    superuser(
        "INSERT INTO event_log (event_id, name, schema_version, key, stream, version, data) "
        "VALUES (gen_random_uuid(), 'sample_shop.purse_filled', 1, 'b', 'purse:b', 4, '{}')"
    )
    (finding,) = verify(SHOP).findings
    assert (finding.version, finding.fault) == (4, Fault.UNHASHED)
