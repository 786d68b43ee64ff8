"""What is personal is sealed in the log, read while the person is known, and forgotten without breaking the chain."""

from __future__ import annotations

from dataclasses import dataclass

import psycopg
import pytest

from seamline.data import atomic, connection_for
from seamline.eventsourcing import FORGOTTEN, AggregateType, Personal, Repository, SubjectForgotten, forget_subject
from seamline.eventsourcing.personal import SealBroken
from seamline.eventsourcing.tests.sample import SHOP, Opened, purses
from seamline.eventsourcing.verifying import verify

pytestmark = pytest.mark.usefixtures("shop")


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    name: str = ""


def keep_name(state: Named, event: Opened) -> Named:
    return Named(name=event.owner_name)


NAMES = Repository(
    AggregateType(
        module=SHOP,
        name="purse",
        events=(Opened,),
        state=Named,
        initial=Named,
        evolve=keep_name,
        snapshot_every=1,
        personal={Opened: Personal(subject="owner", fields=("owner_name",))},
    )
)


def open_purse(purse: str, owner: str) -> None:
    with atomic(SHOP):
        NAMES.save(NAMES.new(purse), Opened(purse=purse, owner=owner, owner_name="Ada Lovelace"))


def stored() -> str:
    with connection_for(SHOP).cursor() as cursor:
        cursor.execute("SELECT string_agg(data::text, ' ') FROM event_log")
        return str(cursor.fetchone()[0])


def test_name_is_sealed_in_the_log_and_read_by_its_module() -> None:
    open_purse("a", owner="7")
    assert "Ada" not in stored()
    assert NAMES.get("a").state.name == "Ada Lovelace"


def test_forgotten_person_is_read_by_nobody_and_the_chain_holds() -> None:
    open_purse("a", owner="7")
    open_purse("b", owner="8")
    assert forget_subject(SHOP, "7", by="operator:ada", reason="asked for it")
    assert not forget_subject(SHOP, "7", by="operator:ada", reason="again")
    assert NAMES.get("a").state.name == FORGOTTEN
    assert NAMES.get("b").state.name == "Ada Lovelace"
    assert verify(SHOP).findings == ()
    assert purses.get("a").version == 1


def test_nothing_personal_is_written_about_the_forgotten() -> None:
    forget_subject(SHOP, "7", by="operator:ada", reason="asked for it")
    with pytest.raises(SubjectForgotten, match="7 was forgotten"):
        open_purse("a", owner="7")


def test_sealed_text_that_was_moved_is_not_opened(admin_url: str) -> None:
    open_purse("a", owner="7")
    open_purse("b", owner="8")
    with psycopg.connect(admin_url, options=f"-c search_path={SHOP}") as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute("DELETE FROM snapshot")
        connection.execute(
            "UPDATE event_log SET data = (SELECT data || '{\"owner\": \"8\"}' FROM event_log WHERE key = 'a') "
            "WHERE key = 'b'"
        )
    with pytest.raises(SealBroken, match="ledger verify"):
        NAMES.get("b")
