"""Transactions that name their module, on the schema of any hosted module."""

import pytest

from seamline.data import after_commit, atomic, connection_for, current_transaction

MODULE, OTHER = "catalog", "customers"
pytestmark = pytest.mark.usefixtures("database")


def keys() -> list[str]:
    with connection_for(MODULE).cursor() as cursor:
        cursor.execute("SELECT key FROM idempotency_key ORDER BY key")
        return [row[0] for row in cursor.fetchall()]


def write(key: str) -> None:
    with connection_for(MODULE).cursor() as cursor:
        cursor.execute("INSERT INTO idempotency_key (operation, key, fingerprint) VALUES ('test', %s, '')", [key])


def test_rolled_back_block_leaves_nothing() -> None:
    with pytest.raises(ZeroDivisionError), atomic(MODULE):
        write("a")
        raise ZeroDivisionError
    assert keys() == []


def test_nested_block_is_a_savepoint() -> None:
    with atomic(MODULE):
        write("a")
        with pytest.raises(ZeroDivisionError), atomic(MODULE):
            write("b")
            raise ZeroDivisionError
    assert keys() == ["a"]


def test_transaction_of_a_second_module_is_refused() -> None:
    with atomic(MODULE), pytest.raises(RuntimeError, match="No transaction spans two modules"), atomic(OTHER):
        pass


def test_current_transaction_is_the_innermost_and_shares_what_is_pending() -> None:
    assert current_transaction() is None
    with atomic(MODULE) as outer:
        outer.pending["x"] = 1
        with atomic(MODULE) as inner:
            assert current_transaction() is inner
            assert inner.pending == {"x": 1}
        assert current_transaction() is outer
    assert current_transaction() is None


def test_after_commit_runs_once_committed_and_never_when_rolled_back() -> None:
    ran: list[str] = []
    with atomic(MODULE):
        after_commit(MODULE, lambda: ran.append("committed"))
        assert ran == []
    with pytest.raises(ZeroDivisionError), atomic(MODULE):
        after_commit(MODULE, lambda: ran.append("never"))
        raise ZeroDivisionError
    assert ran == ["committed"]


def test_after_commit_outside_a_transaction_is_refused() -> None:
    with pytest.raises(RuntimeError, match="needs an open transaction"):
        after_commit(MODULE, lambda: None)
