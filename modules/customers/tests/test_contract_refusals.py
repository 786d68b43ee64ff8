"""Arguments that no row can hold are refused by name; the module does not fail over them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from contracts.customers import CustomerRecord, Customers, InvalidProfile, WrongCredentials
from contracts.kernel import CustomerId
from modules.customers.tests.helpers import PASSPHRASE, digest, issued, rows, signed_up
from seamline.calls import use
from seamline.contract import InvalidArgument, Secret

pytestmark = pytest.mark.usefixtures("database", "runner")


@pytest.mark.parametrize(
    ("token_digest", "label"), [("a" * 65, "x"), ("a", "x"), ("\0", "x"), ("a" * 64, "L" * 121), ("a" * 64, "x\0")]
)
def test_token_that_cannot_be_kept_is_refused(token_digest: str, label: str) -> None:
    made = signed_up()
    with pytest.raises(InvalidArgument):
        use(Customers).issue_token(
            customer_id=made.customer_id,
            token_digest=token_digest,
            label=label,
            expires_at=datetime.now(UTC) + timedelta(days=1),
        )
    assert rows("SELECT count(*) FROM api_token") == [(0,)]


def test_token_issued_again_stays_and_never_becomes_another_customer_s() -> None:
    ada, grace = signed_up(), signed_up("grace@example.com")
    token = issued(ada)
    assert issued(ada) == token
    with pytest.raises(InvalidArgument):
        issued(grace)
    assert use(Customers).verify_token(token_digest=token).customer_id == ada.customer_id


@pytest.mark.parametrize("token_digest", ["\0", "x" * 500, digest("token").upper()])
def test_digest_of_another_shape_opens_nothing_and_revokes_nothing(token_digest: str) -> None:
    made = signed_up()
    good = issued(made)
    with pytest.raises(WrongCredentials):
        use(Customers).verify_token(token_digest=token_digest)
    use(Customers).revoke_token(token_digest=token_digest)
    assert use(Customers).verify_token(token_digest=good).customer_id == made.customer_id


def test_weak_new_password_is_named_as_the_new_one() -> None:
    made = signed_up()
    for weak in ("short", "x" * 201):
        with pytest.raises(InvalidProfile) as caught:
            use(Customers).change_password(
                customer_id=made.customer_id, old_password=PASSPHRASE, new_password=Secret(weak)
            )
        assert caught.value.field == "new_password"


@pytest.mark.parametrize("number", ["9" * 41, "1\0"])
def test_number_from_elsewhere_that_cannot_be_kept_whole_is_refused(number: str) -> None:
    record = CustomerRecord(
        customer_id=CustomerId(uuid4()),
        name="Customer 1",
        country="EIRE",
        known_since=datetime(2011, 1, 1, tzinfo=UTC),
        external_number="1",
    )
    with pytest.raises(InvalidProfile) as caught:
        use(Customers).put_customers(customers=(record, replace(record, external_number=number)))
    assert caught.value.field == "external_number"
    assert rows("SELECT count(*) FROM account") == [(0,)]
