"""The import as a whole, against fakes of the modules: what is sent, in which order, and what a second run does."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from contracts.catalog import Catalog
from contracts.customers import Customers
from contracts.inventory import Inventory
from contracts.kernel import OrderId
from contracts.orders import Orders
from contracts.payments import Payment, PaymentMethod, Payments, PaymentState, Settlement
from project.retail import importer, importing
from project.retail.importing import import_retail_file, was_imported
from project.retail.progress import Lines, Silent
from project.retail.source import RetailFileError
from seamline.contract import Contract, ModuleUnavailable
from seamline.events import NotDrained
from seamline.testing.fakes import Fake, RecordedCall
from tests.retail.files import EXAMPLES, row, write_csv

CONTRACTS = (Catalog, Customers, Inventory, Orders, Payments)


class Shop:
    """The five modules that an import talks to, each a fake; payments remembers what was settled."""

    def __init__(self, fakes: Callable[[type[Contract]], Fake]) -> None:
        self.fakes = {contract: fakes(contract) for contract in CONTRACTS}
        self.settled: dict[OrderId, Settlement] = {}
        self.fakes[Payments].do("put_settlements", self._settle)
        self.fakes[Payments].do("payments", self._payments)

    def calls(self, contract: type[Contract], operation: str) -> list[RecordedCall]:
        return [call for call in self.fakes[contract].calls if call.operation == operation]

    def keys(self) -> list[str]:
        return [call.idempotency_key for fake in self.fakes.values() for call in fake.calls if call.idempotency_key]

    def _settle(self, *, settlements: tuple[Settlement, ...]) -> int:
        new = {each.order_id: each for each in settlements if each.order_id not in self.settled}
        self.settled |= new
        return len(new)

    def _payments(self, *, order_ids: tuple[OrderId, ...]) -> dict[OrderId, Payment]:
        method = PaymentMethod(token="", brand="", last4="")
        return {
            order_id: Payment(
                order_id=order_id,
                amount=self.settled[order_id].amount,
                refunded=self.settled[order_id].amount,
                state=PaymentState.CAPTURED,
                method=method,
            )
            for order_id in order_ids
            if order_id in self.settled
        }


@pytest.fixture
def shop(fakes: Callable[[type[Contract]], Fake], database: None) -> Shop:
    return Shop(fakes)


@pytest.fixture
def small_file(tmp_path: Path) -> Path:
    return write_csv(tmp_path / "lines.csv")


def test_everything_in_the_file_is_sent_to_the_module_that_owns_it(shop: Shop, small_file: Path) -> None:
    report = import_retail_file(small_file, marks=small_file.parent, progress=Silent())
    (products,) = shop.calls(Catalog, "put_products")
    assert [each.sku for each in products.arguments["products"]] == ["22728", "71053", "85123A"]
    (sales,) = shop.calls(Orders, "put_sales")
    assert [each.number for each in sales.arguments["sales"]] == ["536365", "536367", "C536379"]
    assert len(shop.settled) == 3
    assert report.as_json()["adds_up"] is True
    assert report.as_json()["amount"] == "11203.15"
    assert report.as_json()["kept"]["revenue"] == "141.09"


def test_second_run_sends_the_same_keys(shop: Shop, small_file: Path) -> None:
    import_retail_file(small_file, marks=small_file.parent, progress=Silent())
    first = shop.keys()
    import_retail_file(small_file, marks=small_file.parent, progress=Silent())
    assert set(shop.keys()) == set(first)
    assert len(first) == len(set(first)) == 5
    assert len(shop.keys()) == 10


def test_run_that_broke_off_goes_on_with_the_keys_it_had(
    shop: Shop, small_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importer, "BATCH", 1)
    down = ModuleUnavailable(operation="payments.put_settlements", reason="planted")
    shop.fakes[Payments].fail("put_settlements", down)
    with pytest.raises(ModuleUnavailable):
        import_retail_file(small_file, marks=small_file.parent, progress=Silent())
    assert not was_imported(small_file, marks=small_file.parent)
    sent = {call.idempotency_key for call in shop.calls(Orders, "put_sales")}
    assert len(sent) == 3
    shop.fakes[Payments].do("put_settlements", shop._settle)
    import_retail_file(small_file, marks=small_file.parent, progress=Silent())
    assert {call.idempotency_key for call in shop.calls(Orders, "put_sales")} == sent
    assert was_imported(small_file, marks=small_file.parent)


def test_mark_counts_only_for_the_database_that_holds_the_data(shop: Shop, small_file: Path) -> None:
    import_retail_file(small_file, marks=small_file.parent, progress=Silent())
    assert was_imported(small_file, marks=small_file.parent)
    shop.settled.clear()
    assert not was_imported(small_file, marks=small_file.parent)


def test_mark_of_an_earlier_run_does_not_vouch_for_one_that_broke_off_before_its_events_were_delivered(
    shop: Shop, small_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import_retail_file(small_file, marks=small_file.parent, progress=Silent())

    def undelivered(*, progress: object) -> int:
        raise NotDrained("planted")

    monkeypatch.setattr(importing, "deliver_events", undelivered)
    with pytest.raises(NotDrained):
        import_retail_file(small_file, marks=small_file.parent, progress=Silent())
    assert not was_imported(small_file, marks=small_file.parent)


def test_changed_file_is_another_file(shop: Shop, small_file: Path) -> None:
    import_retail_file(small_file, marks=small_file.parent, progress=Silent())
    write_csv(small_file, EXAMPLES[:-1])
    assert not was_imported(small_file, marks=small_file.parent)


def test_dry_run_stores_nothing(shop: Shop, small_file: Path) -> None:
    report = import_retail_file(small_file, marks=small_file.parent, progress=Silent(), dry_run=True)
    assert shop.keys() == []
    assert report.as_json()["kept"]["orders"] == 2
    assert not was_imported(small_file, marks=small_file.parent)


def test_file_of_another_kind_is_refused_before_anything_is_stored(shop: Shop, tmp_path: Path) -> None:
    path = write_csv(tmp_path / "lines.csv", [row(), *[row(date="13.12.2010 8:26")] * 2])
    with pytest.raises(RetailFileError, match=r"2 of 3 lines of .* because the date is neither"):
        import_retail_file(path, marks=tmp_path, progress=Silent())
    assert shop.keys() == []


def test_command_prints_json_alone_and_ends_with_one_where_lines_were_unusable(shop: Shop, tmp_path: Path) -> None:
    path = write_csv(tmp_path / "lines.csv", [*[row()] * 19, row(quantity="six")])
    out = io.StringIO()
    with pytest.raises(SystemExit) as ended:
        call_command("import_retail", str(path), "--dry-run", "--format", "json", stdout=out)
    assert ended.value.code == 1
    report = json.loads(out.getvalue())
    assert report["unusable"]["reasons"] == {"quantity is not a whole number": 1}
    assert report["unusable"]["without_amount"] == 1


def test_command_says_what_is_wrong_with_a_file_in_one_line(tmp_path: Path, database: None) -> None:
    with pytest.raises(CommandError, match="Check the path") as caught:
        call_command("import_retail", str(tmp_path / "nowhere.csv"), "--dry-run")
    assert "\n" not in str(caught.value)


def test_progress_without_a_terminal_is_plain_lines() -> None:
    out = io.StringIO()
    lines = Lines(out)
    lines.begin("Products", 3)
    lines.advance(3)
    lines.begin("Stock", None)
    lines.end()
    out.seek(0)
    assert [line.split(" (")[0] for line in out] == ["Products: 3 of 3", "Stock: 0"]
