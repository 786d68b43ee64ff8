"""A bank that takes its time: the payment waits, its webhook or the job ends it, and nobody else can."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from io import StringIO

import msgspec
import pytest
from django.core.management import CommandError, call_command
from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler
from django.core.wsgi import get_wsgi_application
from django.utils import timezone
from rest_framework.response import Response
from rest_framework.test import APIClient

from contracts.kernel import OrderId
from contracts.payments import CardDeclined, Payments, PaymentState
from modules.payments.application.settle_pending import settle_pending
from modules.payments.infra.books import authorisation_key
from modules.payments.infra.sandbox_bank import PATH, decide
from modules.payments.infra.webhooks import HEADER, WINDOW, signature
from modules.payments.tests.helpers import assert_books_agree, authorised, card, events, pounds, rows
from seamline.calls import use

pytestmark = pytest.mark.usefixtures("database")
CONFIRMS_LATER = "4000000000003220"


@pytest.fixture
def pending() -> OrderId:
    """An order whose bank has not decided."""
    return authorised(number=CONFIRMS_LATER)


def state(order_id: OrderId) -> PaymentState:
    return use(Payments).payment(order_id=order_id).state


def told(order_id: OrderId, *, header: str | None = None, age: timedelta = timedelta()) -> Response:
    """The provider's message about an order, as it arrives at the shop."""
    body = msgspec.json.encode({"key": authorisation_key(order_id)})
    header = signature(body, at=timezone.now() - age) if header is None else header
    return APIClient().post(PATH, body, content_type="application/json", headers={HEADER: header})


def dry_run(order_id: OrderId) -> str:
    """What the command says of an order without doing anything."""
    out = StringIO()
    call_command("sandbox_bank", str(order_id), dry_run=True, stdout=out)
    return out.getvalue().strip()


@contextmanager
def shop() -> Iterator[str]:
    """The shop behind a real socket; answers its address."""
    server = ThreadedWSGIServer(("127.0.0.1", 0), WSGIRequestHandler)
    server.set_app(get_wsgi_application())
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def test_payment_waits_for_the_bank_and_asks_again_without_a_second_charge(pending: OrderId) -> None:
    again = use(Payments).authorise(order_id=pending, amount=pounds("10.00"), payment_method=card())
    assert (state(pending), again.state) == (PaymentState.PENDING, PaymentState.PENDING)
    assert rows("SELECT count(*) FROM sandbox_charge") == [(1,)]
    assert events() == []


def test_webhook_that_arrives_twice_authorises_once(pending: OrderId) -> None:
    assert decide(key=authorisation_key(pending), approve=True)
    assert [told(pending).status_code for _ in range(2)] == [204, 204]
    assert state(pending) is PaymentState.AUTHORISED
    assert events() == ["payments.payment_authorised"]
    use(Payments).capture(order_id=pending)
    assert_books_agree()


def test_refusal_is_told_with_its_reason(pending: OrderId) -> None:
    decide(key=authorisation_key(pending), approve=False)
    assert told(pending).status_code == 204
    with pytest.raises(CardDeclined) as refused:
        use(Payments).authorise(order_id=pending, amount=pounds("10.00"), payment_method=card())
    assert refused.value.reason == "card_declined"
    assert events() == ["payments.payment_refused"]
    assert_books_agree()


def test_message_before_the_decision_changes_nothing(pending: OrderId) -> None:
    assert told(pending).status_code == 204
    assert state(pending) is PaymentState.PENDING


def test_lost_webhook_is_made_up_for_by_the_job(pending: OrderId) -> None:
    in_a_while = timezone.now() + timedelta(minutes=1)
    assert settle_pending(at=in_a_while) == 0
    decide(key=authorisation_key(pending), approve=True)
    assert settle_pending(at=in_a_while + timedelta(hours=1)) == 1
    assert state(pending) is PaymentState.AUTHORISED


def test_payment_voided_while_it_waits_stays_void_whatever_the_bank_says(pending: OrderId) -> None:
    use(Payments).void(order_id=pending, reason="took too long")
    assert not decide(key=authorisation_key(pending), approve=True), "the provider has let go of it"
    assert told(pending).status_code == 204
    assert state(pending) is PaymentState.VOIDED
    assert rows("SELECT voided, authorised, captured FROM sandbox_charge") == [(True, False, 0)]
    assert_books_agree()


def test_bank_that_decided_a_moment_before_the_void_gives_the_money_back(pending: OrderId) -> None:
    decide(key=authorisation_key(pending), approve=True)
    use(Payments).void(order_id=pending, reason="took too long")
    assert told(pending).status_code == 204
    assert state(pending) is PaymentState.VOIDED
    assert rows("SELECT voided, authorised, captured FROM sandbox_charge") == [(True, True, 0)]
    assert_books_agree()


@pytest.mark.parametrize(
    ("header", "age"),
    [
        ("", timedelta()),
        ("t=1,v1=zz", timedelta()),
        (f"t=1700000000,v1={'0' * 64}", timedelta()),
        (None, WINDOW + timedelta(seconds=30)),
        (None, -WINDOW - timedelta(seconds=30)),
    ],
)
def test_message_that_is_not_genuine_or_not_fresh_is_refused(
    pending: OrderId, header: str | None, age: timedelta
) -> None:
    decide(key=authorisation_key(pending), approve=True)
    assert told(pending, header=header, age=age).status_code == 403
    assert state(pending) is PaymentState.PENDING


def test_altered_unreadable_unknown_and_huge_messages_are_refused(pending: OrderId) -> None:
    def sent(body: bytes, *, signed: bytes | None = None) -> int:
        header = signature(body if signed is None else signed, at=timezone.now())
        return APIClient().post(PATH, body, content_type="application/json", headers={HEADER: header}).status_code

    assert sent(b'{"key": "authorise:b"}', signed=b'{"key": "authorise:a"}') == 403
    assert sent(b"[1") == 400
    assert sent(b'{"key": 7}') == 400
    assert sent(b'{"key": "authorise:nobody"}') == 404
    assert sent(b'{"key": "' + b"a" * 5000 + b'"}') == 413


def test_secret_of_the_installation_signs(pending: OrderId, settings: object) -> None:
    body = msgspec.json.encode({"key": authorisation_key(pending)})
    header = signature(body, at=timezone.now())
    settings.PAYMENT_WEBHOOK_SECRET = "another"  # type: ignore[attr-defined]
    assert told(pending, header=header).status_code == 403


def test_command_is_the_bank_and_tells_the_shop_over_http(pending: OrderId) -> None:
    assert dry_run(pending) == "pending"
    with shop() as address:
        for decided in ("true", "false"):
            out = StringIO()
            call_command("sandbox_bank", str(pending), shop=address, format="json", stdout=out)
            assert out.getvalue().strip() == f'{{"decided": {decided}, "told": true}}'
    assert state(pending) is PaymentState.AUTHORISED
    assert dry_run(pending) == "approved"
    with pytest.raises(CommandError, match="cannot be reached"):
        call_command("sandbox_bank", str(pending), shop=address)
