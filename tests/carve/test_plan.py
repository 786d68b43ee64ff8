"""``carve plan`` over the whole shop: what it says, in both formats, and its exit status for each kind of answer."""

from __future__ import annotations

import json
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.core.management import CommandError, call_command

from seamline.embedded.ports import free_port

pytestmark = pytest.mark.together("orders", "catalog", reason="plans a move of orders' own schema")


@pytest.fixture
def administrator(database: None, admin_url: str, settings: Any, tmp_path: Path) -> Iterator[psycopg.Connection]:
    settings.BASE_DIR, settings.DATABASE_URL, settings.SEAMLINE_CONTROL = tmp_path, admin_url, True
    with psycopg.connect(admin_url, autocommit=True) as connection:
        yield connection


def plan(*words: str, hub: str = "") -> tuple[dict[str, Any], int]:
    """The plan for orders, and the exit status."""
    stdout = StringIO()
    hub = hub or f"http://127.0.0.1:{free_port()}"
    try:
        call_command("carve", "plan", "orders", "--hub", hub, "--format", "json", *words, stdout=stdout)
    except SystemExit as ended:
        return json.loads(stdout.getvalue()), int(str(ended.code))
    return json.loads(stdout.getvalue()), 0


def test_orders_can_be_carved_and_every_reason_is_evidenced(administrator: psycopg.Connection) -> None:
    found, status = plan()
    assert status == 0
    assert found["ready"] is True
    by_id = {each["id"]: each for each in found["reasons"]}
    assert {"P110", "P111", "P121", "P140", "P157"} <= set(by_id)
    assert all(each["evidence"] for each in found["reasons"])


def test_planted_fault_blocks_with_exit_status_one(administrator: psycopg.Connection) -> None:
    administrator.execute("CREATE TABLE orders.keyless (n int)")
    try:
        found, status = plan()
    finally:
        administrator.execute("DROP TABLE orders.keyless")
    assert status == 1
    assert found["ready"] is False
    assert any("orders.keyless has no primary key" in each["text"] for each in found["reasons"])


def test_target_that_does_not_answer_blocks_and_the_rest_is_told(administrator: psycopg.Connection) -> None:
    found, status = plan("--database-url", f"postgresql://somebody:hidden@127.0.0.1:{free_port()}/there")
    assert status == 1
    assert {"P110", "P160"} <= {each["id"] for each in found["reasons"]}
    assert "hidden" not in json.dumps(found)


@pytest.mark.parametrize("words", [("nobody",), ("orders", "--database-url", "mysql://there/x")])
def test_wrong_usage_has_exit_status_two(words: tuple[str, ...]) -> None:
    with pytest.raises(CommandError) as refused:
        call_command("carve", "plan", *words)
    assert refused.value.returncode == 2
