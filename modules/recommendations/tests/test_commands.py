"""The commands report what the use cases answer, in words and as JSON."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command

from modules.recommendations.application.record_baskets import record_baskets
from modules.recommendations.tests.samples import sale

HEADER = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n"


def run(*arguments: object) -> str:
    output = StringIO()
    call_command(*arguments, stdout=output)
    return output.getvalue()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Five customers with four invoices each, of which the last holds one product that only its partner tells of."""
    lines, number = [], 536_000
    for customer in range(5):
        for month, codes in enumerate(
            (("10001", "10002"), ("10003",), ("10004", "10001"), ("10005", "10003")), start=1
        ):
            number += 1
            lines += [
                f"{number},{code},NAME,1,2011-0{month}-0{customer + 1}T10:00,1.00,{customer},UK\n" for code in codes
            ]
    path = tmp_path / "lines.csv"
    path.write_text(HEADER + "".join(lines), encoding="utf-8")
    return path


def test_the_evaluation_of_a_file_needs_no_database_and_compares_all_methods(file: Path) -> None:
    outcomes = json.loads(run("evaluate_recommendations", str(file), "--format", "json"))
    assert [outcome["method"] for outcome in outcomes] == ["neighbours", "ease", "popularity"]
    assert {outcome["task"] for outcome in outcomes} == {"test"}
    assert all(outcome["figures"]["customers"] == 5 for outcome in outcomes)
    assert all(0 <= outcome["figures"]["hit_rate"] <= 1 for outcome in outcomes)


def test_the_evaluation_prints_a_row_for_each_method_and_task(file: Path) -> None:
    text = run("evaluate_recommendations", str(file), "--as-of", "--split", "validation")
    assert text.count("neighbours") == text.count("popularity") == 2
    assert "validation as of each month" in text


def test_tuning_tries_settings_on_validation_invoices_alone(file: Path) -> None:
    outcomes = json.loads(run("evaluate_recommendations", str(file), "--tune", "--format", "json"))
    assert {outcome["task"] for outcome in outcomes} == {"validation"}
    assert len({(each["settings"]["ridge"], each["settings"]["half_life_days"]) for each in outcomes}) == len(outcomes)
    rates = [outcome["figures"]["hit_rate"] for outcome in outcomes]
    assert rates == sorted(rates, reverse=True)


def test_an_unreadable_file_and_too_few_invoices_are_usage_errors(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=r"missing\.csv") as missing:
        run("evaluate_recommendations", str(tmp_path / "missing.csv"))
    assert missing.value.returncode == 2
    (tmp_path / "empty.csv").write_text(HEADER, encoding="utf-8")
    with pytest.raises(CommandError, match="3 invoices") as empty:
        run("evaluate_recommendations", str(tmp_path / "empty.csv"))
    assert empty.value.returncode == 2


@pytest.mark.usefixtures("database")
def test_without_a_file_the_shops_own_baskets_are_evaluated() -> None:
    record_baskets(
        (uuid4(), sale(sku, customer=customer, day=day))
        for customer in (str(uuid4()), str(uuid4()))
        for day, sku in enumerate(("A", "B", "C"))
    )
    outcomes = json.loads(run("evaluate_recommendations", "--format", "json"))
    assert outcomes[0]["figures"]["customers"] == 2


@pytest.mark.usefixtures("database")
def test_a_refresh_reports_the_new_generation_and_then_that_nothing_is_due() -> None:
    record_baskets([(uuid4(), sale("A", "B"))])
    refreshed = json.loads(run("refresh_recommendations", "--format", "json"))["refreshed"]
    assert (refreshed["baskets"], refreshed["products"]) == (1, 2)
    assert "Nothing to do" in run("refresh_recommendations")
    assert json.loads(run("refresh_recommendations", "--format", "json")) == {"refreshed": None}
    assert "2 products have neighbours" in run("refresh_recommendations", "--force")
