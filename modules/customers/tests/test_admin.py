"""What operators see and do."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.test import Client

from contracts.customers import Customers, WrongCredentials
from modules.customers.tests.helpers import HOME, issued, signed_up
from seamline.calls import use

pytestmark = pytest.mark.usefixtures("database")
LIST = "/admin/customers/account/"


@pytest.fixture
def browser() -> Client:
    client = Client()
    client.force_login(User.objects.create_superuser("operator", "", "a long password"))
    return client


def test_customers_are_found_and_shown_without_secrets(browser: Client) -> None:
    made = signed_up()
    use(Customers).save_address(customer_id=made.customer_id, address=HOME)
    assert b"ada@example.com" in browser.get(LIST, {"q": "ada@"}).content
    assert b"ada@example.com" not in browser.get(LIST, {"q": "grace"}).content
    page = browser.get(f"{LIST}{made.customer_id}/change/").content.decode()
    assert "1 Mill Road" in page
    assert "md5$" not in page
    assert browser.get(f"{LIST}add/").status_code == 403


def test_operator_revokes_tokens(browser: Client) -> None:
    made = signed_up()
    token = issued(made)
    data = {"action": "revoke_tokens", "_selected_action": [str(made.customer_id)]}
    assert b"1 token revoked" in browser.post(LIST, data, follow=True).content
    with pytest.raises(WrongCredentials):
        use(Customers).verify_token(token_digest=token)
