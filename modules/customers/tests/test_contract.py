"""The behaviour that the customers' contract promises, through the client, directly and through the codec."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from uuid import uuid4

import pytest

from contracts.customers import (
    AddressId,
    Customer,
    CustomerRecord,
    Customers,
    EmailTaken,
    InvalidProfile,
    UnknownAddress,
    UnknownCustomer,
    WrongCredentials,
)
from contracts.kernel import CustomerId
from modules.customers.tests.helpers import HOME, PASSPHRASE, WORK, digest, event_names, issued, rows, signed_up
from seamline.calls import use
from seamline.contract import IdempotencyKeyReuse, Secret
from seamline.data import release_connections

pytestmark = pytest.mark.usefixtures("database", "runner")
NOBODY = CustomerId(uuid4())


def test_signed_up_customer_is_answered_and_told_of() -> None:
    made = signed_up("  Ada@Example.COM ")
    assert made.email == "ada@example.com"
    assert use(Customers).customer(customer_id=made.customer_id) == made
    assert use(Customers).customers(customer_ids=(made.customer_id, NOBODY)) == {made.customer_id: made}
    assert use(Customers).customers(customer_ids=()) == {}
    assert event_names() == ["customers.customer_signed_up"]


def test_unknown_customer_is_refused_everywhere() -> None:
    with pytest.raises(UnknownCustomer):
        use(Customers).customer(customer_id=NOBODY)
    with pytest.raises(UnknownCustomer):
        use(Customers).change_profile(customer_id=NOBODY, name="A", country="B")
    with pytest.raises(UnknownCustomer):
        use(Customers).change_password(customer_id=NOBODY, old_password=PASSPHRASE, new_password=PASSPHRASE)
    with pytest.raises(UnknownCustomer):
        use(Customers).issue_token(customer_id=NOBODY, token_digest="a", label="", expires_at=datetime.now(UTC))
    with pytest.raises(UnknownCustomer):
        use(Customers).save_address(customer_id=NOBODY, address=HOME)
    assert use(Customers).addresses(customer_id=NOBODY) == ()


def test_same_address_signs_up_once_whatever_its_case() -> None:
    signed_up("ada@example.com")
    with pytest.raises(EmailTaken):
        signed_up("ADA@example.com")


def test_sixteen_who_sign_up_at_once_with_one_address_become_one_customer() -> None:
    def attempt(_: int) -> bool:
        try:
            signed_up()
        except EmailTaken:
            return False
        finally:
            release_connections()
        return True

    with ThreadPoolExecutor(16) as pool:
        assert sum(pool.map(attempt, range(16))) == 1
    assert rows("SELECT count(*) FROM account") == [(1,)]


def test_same_key_signs_up_once_and_another_intent_under_it_is_refused() -> None:
    assert signed_up(key="k") == signed_up(key="k")
    with pytest.raises(IdempotencyKeyReuse):
        signed_up("other@example.com", key="k")


@pytest.mark.parametrize(
    ("field", "change"),
    [
        ("email", {"email": "no address"}),
        ("email", {"email": "a@b"}),
        ("email", {"email": f"{'a' * 250}@example.com"}),
        ("email", {"email": "a\0b@example.com"}),
        ("password", {"password": Secret("short")}),
        ("password", {"password": Secret("1234567890123")}),
        ("password", {"password": Secret("password123")}),
        ("password", {"password": Secret("x" * 201)}),
        ("name", {"name": "  "}),
        ("name", {"name": "A\nB"}),
        ("country", {"country": "C" * 121}),
    ],
)
def test_unacceptable_sign_up_names_the_field(field: str, change: dict[str, str]) -> None:
    arguments = {"email": "ada@example.com", "password": PASSPHRASE, "name": "Ada", "country": "France"}
    with pytest.raises(InvalidProfile) as caught:
        use(Customers).sign_up(**{**arguments, **change})
    assert caught.value.field == field
    assert rows("SELECT count(*) FROM account") == [(0,)]


def test_password_verifies_its_owner_alone() -> None:
    made = signed_up()
    assert use(Customers).verify_password(email="ADA@example.com", password=PASSPHRASE) == made
    for email, password in (
        ("ada@example.com", "wrong"),
        ("nobody@example.com", PASSPHRASE),
        ("a\0", PASSPHRASE),
        ("ada@example.com", "x" * 10_000),
    ):
        with pytest.raises(WrongCredentials):
            use(Customers).verify_password(email=email, password=Secret(password))


def test_imported_customer_has_no_password_to_verify() -> None:
    use(Customers).put_customers(customers=(record(1),))
    with pytest.raises(WrongCredentials):
        use(Customers).verify_password(email="", password=Secret(""))


def test_neither_password_nor_token_stands_in_any_table() -> None:
    issued(signed_up(), "a-secret-token")
    for (table,) in rows("SELECT tablename FROM pg_tables WHERE schemaname = 'customers'"):
        text = str(rows(f'SELECT t::text FROM "{table}" t'))
        assert PASSPHRASE not in text
        assert "a-secret-token" not in text


def test_profile_changes_are_told_once() -> None:
    made = signed_up()
    for _ in range(2):
        changed = use(Customers).change_profile(customer_id=made.customer_id, name=" Ada B. ", country="France")
    assert changed == replace(made, name="Ada B.", country="France")
    assert event_names()[1:] == ["customers.customer_profile_changed"]
    with pytest.raises(InvalidProfile):
        use(Customers).change_profile(customer_id=made.customer_id, name="", country="France")


def test_new_password_replaces_the_old_one_and_revokes_all_tokens() -> None:
    made = signed_up()
    token = issued(made)
    new = Secret("another long passphrase")
    with pytest.raises(WrongCredentials):
        use(Customers).change_password(customer_id=made.customer_id, old_password=Secret("x"), new_password=new)
    with pytest.raises(InvalidProfile):
        use(Customers).change_password(
            customer_id=made.customer_id, old_password=PASSPHRASE, new_password=Secret("weak")
        )
    assert use(Customers).verify_token(token_digest=token) == made
    use(Customers).change_password(customer_id=made.customer_id, old_password=PASSPHRASE, new_password=new)
    changed = use(Customers).verify_password(email=made.email, password=new)
    assert made.credentials_changed_at is not None
    assert changed.credentials_changed_at is not None
    assert changed.credentials_changed_at > made.credentials_changed_at
    assert replace(changed, credentials_changed_at=made.credentials_changed_at) == made
    with pytest.raises(WrongCredentials):
        use(Customers).verify_password(email=made.email, password=PASSPHRASE)
    with pytest.raises(WrongCredentials):
        use(Customers).verify_token(token_digest=token)


def test_token_is_good_until_it_expires_or_is_revoked() -> None:
    made = signed_up()
    good, old = issued(made, "good"), issued(made, "old", days=-1)
    assert use(Customers).verify_token(token_digest=good) == made
    for bad in (old, digest("never issued"), ""):
        with pytest.raises(WrongCredentials):
            use(Customers).verify_token(token_digest=bad)
    use(Customers).revoke_token(token_digest=good)
    use(Customers).revoke_token(token_digest=good)
    with pytest.raises(WrongCredentials):
        use(Customers).verify_token(token_digest=good)


def test_first_address_is_the_default_until_another_is_made_it() -> None:
    me = signed_up().customer_id
    home = use(Customers).save_address(customer_id=me, address=HOME)
    work = use(Customers).save_address(customer_id=me, address=WORK)
    assert (home.is_default, work.is_default) == (True, False)
    use(Customers).save_address(customer_id=me, address=WORK, address_id=work.address_id, make_default=True)
    assert [(a.address.line1, a.is_default) for a in use(Customers).addresses(customer_id=me)] == [
        (WORK.line1, True),
        (HOME.line1, False),
    ]


def test_replaced_address_keeps_its_id_and_its_rank() -> None:
    me = signed_up().customer_id
    saved = use(Customers).save_address(customer_id=me, address=HOME)
    again = use(Customers).save_address(customer_id=me, address=WORK, address_id=saved.address_id)
    assert again == replace(saved, address=WORK)
    assert use(Customers).addresses(customer_id=me) == (again,)


def test_removed_default_hands_on_to_the_oldest_other() -> None:
    me = signed_up().customer_id
    home = use(Customers).save_address(customer_id=me, address=HOME)
    work = use(Customers).save_address(customer_id=me, address=WORK)
    use(Customers).remove_address(customer_id=me, address_id=home.address_id)
    assert use(Customers).addresses(customer_id=me) == (replace(work, is_default=True),)


def test_address_of_another_customer_is_unknown() -> None:
    mine, other = signed_up().customer_id, signed_up("grace@example.com").customer_id
    saved = use(Customers).save_address(customer_id=mine, address=HOME)
    for address_id in (saved.address_id, AddressId(uuid4())):
        with pytest.raises(UnknownAddress):
            use(Customers).save_address(customer_id=other, address=WORK, address_id=address_id)
        with pytest.raises(UnknownAddress):
            use(Customers).remove_address(customer_id=other, address_id=address_id)
    assert use(Customers).addresses(customer_id=mine) == (saved,)


def test_twenty_addresses_are_enough_and_simultaneous_ones_do_not_slip_past() -> None:
    me = signed_up().customer_id
    for _ in range(18):
        use(Customers).save_address(customer_id=me, address=HOME)

    def attempt(_: int) -> bool:
        try:
            use(Customers).save_address(customer_id=me, address=HOME)
        except InvalidProfile:
            return False
        finally:
            release_connections()
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(attempt, range(8))) == 2


def test_unacceptable_line_of_an_address_is_named() -> None:
    me = signed_up().customer_id
    with pytest.raises(InvalidProfile) as caught:
        use(Customers).save_address(customer_id=me, address=replace(HOME, postcode=" "))
    assert caught.value.field == "postcode"


def record(number: int) -> CustomerRecord:
    return CustomerRecord(
        customer_id=CustomerId(uuid4()),
        name=f"Customer {number}",
        country="EIRE",
        known_since=datetime(2011, 1, 1, tzinfo=UTC),
        external_number=str(number),
    )


def test_thousands_of_known_customers_are_put_once() -> None:
    records = tuple(record(number) for number in range(5000))
    assert use(Customers).put_customers(customers=records) == 5000
    assert use(Customers).put_customers(customers=(*records[:10], record(9999))) == 1
    first = records[0]
    assert use(Customers).customer(customer_id=first.customer_id) == Customer(
        customer_id=first.customer_id, email="", name=first.name, country="EIRE", signed_up_at=first.known_since
    )
    with pytest.raises(InvalidProfile):
        use(Customers).put_customers(customers=(record(1), replace(record(2), name="")))
    assert rows("SELECT count(*) FROM account") == [(5001,)]
