"""What is switched on reaches processes through the record, and what they find adds up there; a role comes and goes."""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec
import psycopg
import pytest
from django.conf import settings

from seamline.calls import use
from seamline.carve.move.servers import Move, Server
from seamline.carve.shadow import following, here, record
from seamline.carve.shadow.switching import shadow_off, shadow_on, shadow_report
from seamline.carve.shadow.target import shadow_role
from seamline.carve.shadow.tests.conftest import MODULE, Shadowed, Shelves
from seamline.carve.shadow.values import Difference, Setting, Verdict
from seamline.control.table import django_execute

SETTING = Setting(module="planted", share=0.05, host="127.0.0.1", port=9, dbname="there", slot="slot")


def difference(number: int, verdict: Verdict = Verdict.REAL) -> Difference:
    return Difference(
        operation="planted.find",
        arguments=f"{number:016x}",
        verdict=verdict,
        paths=("name",),
        source="Shelf",
        target="Shelf",
        lag_bytes=10,
        at=datetime(2026, 1, 1, tzinfo=UTC),
    )


@pytest.mark.usefixtures("database")
def test_figures_of_processes_add_up_and_differences_are_bounded() -> None:
    with django_execute() as execute:
        record.switch_on(execute, SETTING, seconds=60, actor="operator:ada")
        for _ in range(2):
            counts = {("planted", "planted.find", Verdict.SAME): 5, ("planted", "planted.find", Verdict.REAL): 300}
            record.tell(execute, counts=counts, differences={"planted": [difference(n) for n in range(300)]})
        late = [difference(n, Verdict.LATE) for n in range(100)]
        record.tell(execute, counts={}, differences={"planted": late})
        assert execute("SELECT count(*) FROM shadow_difference").fetchone() == (record.KEPT,)
    report = shadow_report("planted", limit=3)
    assert (report.share, report.real, report.count(Verdict.SAME), len(report.differences)) == (0.05, 600, 10, 3)
    assert report.text.splitlines()[0] == "shadow reads of planted (5.0% of queries): 10 same, 600 real"
    assert "real: planted.find [000000000000012b] in name: Shelf at the source" in report.text


@pytest.mark.usefixtures("database")
def test_a_setting_is_in_force_until_it_is_switched_off_or_has_expired() -> None:
    try:
        with django_execute() as execute:
            record.switch_on(execute, SETTING, seconds=60, actor="operator:ada")
            following.look(execute)
            assert here.shadowed() == (SETTING,)
            record.switch_off(execute, "planted")
            following.look(execute)
            assert here.shadowed() == ()
            record.switch_on(execute, SETTING, seconds=-1, actor="operator:ada")
            following.look(execute)
            assert here.shadowed() == ()
    finally:
        here.shadow([])


def test_what_processes_have_found_is_told_and_not_lost_by_a_broken_exchange(shadowed: Shadowed) -> None:
    shadowed.at_target("UPDATE shadowed SET places = 7 WHERE id = 1")
    use(Shelves).box(number=1)
    found = shadowed.looked()
    here.put_back({(MODULE, f"{MODULE}.box", Verdict.REAL): found["real"]}, {MODULE: shadowed.differences})

    def broken(statement: str, values: object = None) -> None:
        raise psycopg.OperationalError("planted")

    with pytest.raises(psycopg.OperationalError):
        following.leave(broken)
    with django_execute() as execute:
        following.leave(execute)
        following.leave(execute)
    assert shadow_report(MODULE).real == 1
    assert len(shadow_report(MODULE).differences) == 1


def test_a_move_is_shadowed_with_a_role_that_goes_when_it_is_switched_off(shadowed: Shadowed) -> None:
    move = Move(
        module=MODULE,
        source=Server(url=shadowed.source),
        target=Server(url=shadowed.target),
        secret=settings.SEAMLINE_SECRET,
    )
    with pytest.raises(ValueError, match="share of queries is 5"):
        shadow_on(move, share=5)
    for _ in range(2):  # as often as one likes
        setting = shadow_on(move, share=0.5, actor="operator:ada")
    assert msgspec.structs.replace(setting, slot="", share=1.0) == msgspec.structs.replace(shadowed.setting, slot="")
    assert setting.slot == move.subscription
    assert shadow_report(MODULE).share == 0.5
    shadow_off(move)
    shadow_off(move)
    assert shadow_report(MODULE).share == 0
    with psycopg.connect(shadowed.target) as connection:
        role = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [shadow_role(MODULE)]).fetchone()
    assert role is None
