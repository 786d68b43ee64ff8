"""What is in each account, as of any time, by the command."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import psycopg
import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from modules.payments.tests.helpers import captured

pytestmark = pytest.mark.usefixtures("database")


def test_balances_are_shown_as_of_any_time(capsys: pytest.CaptureFixture[str]) -> None:
    captured("10.00")
    between = datetime.now(UTC).isoformat()
    captured("2.50")
    call_command("balances", "--as-of", between, "--format", "json")
    found = json.loads(capsys.readouterr().out)["balances"]
    assert [(each["account"], each["balance"]["amount"]) for each in found] == [
        ("provider", "10.00"),
        ("sales", "-10.00"),
    ]
    call_command("balances")
    assert "12.50 GBP" in capsys.readouterr().out


def test_accounts_that_do_not_add_up_to_zero_are_a_finding(admin_url: str) -> None:
    captured("10.00")
    with psycopg.connect(admin_url, options="-c search_path=payments") as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute("UPDATE ledger_entry SET amount = 9 WHERE account = 'provider'")
    with pytest.raises(CommandError, match=r"add up to -1\.00 GBP") as caught:
        call_command("balances")
    assert caught.value.returncode == 1


@pytest.mark.parametrize("text", ["3", "yesterday", "2026-11-23T20:00:00"])
def test_moment_that_is_none_is_wrong_use(text: str) -> None:
    with pytest.raises(CommandError) as caught:
        call_command("balances", "--as-of", text)
    assert caught.value.returncode == 2
