"""Every operation of the API against its own schema, with generated input, as nobody, as a customer and as an operator.

Finds answers of 500 and above, undocumented statuses and media types, bodies that do not match the schema, and bad
input that is taken for good.
"""

from __future__ import annotations

import hashlib
import secrets
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
import schemathesis
from django.conf import settings as django_settings
from django.contrib.auth.models import User
from django.contrib.sessions.backends.db import SessionStore
from hypothesis import HealthCheck, Phase, settings
from schemathesis.checks import load_all_checks
from schemathesis.specs.openapi.checks import ignored_auth, positive_data_acceptance

from contracts.catalog import Catalog, CategoryDraft, ProductDraft
from contracts.customers import Customers
from contracts.inventory import Inventory, StockRecord
from contracts.kernel import Money, Sku
from project.wsgi import application
from seamline.calls import use
from seamline.contract import Secret
from seamline.testing.split import session

load_all_checks()
EXCLUDED = [
    positive_data_acceptance,  # well-formed input may still be refused: a cart may be empty, a product unknown
    ignored_auth,  # it cannot take away the credentials that a test adds; here nobody, a customer and an operator try
]


schema = schemathesis.openapi.from_wsgi("/api/schema/?format=json", application)
if session is not None:  # what the session hosts itself is no other than in an undivided shop
    away = [module for deployable in session.plan.others for module in deployable.modules]
    schema = schema.include(path_regex=f"^/api/v1/({'|'.join(away)})/")


@pytest.fixture
def shop(database: None) -> None:
    """A shop with one product."""
    use(Catalog).put_products(
        categories=(CategoryDraft(slug="bags", name="Bags"),),
        products=(ProductDraft(sku=Sku("BAG1"), name="Red bag", price=Money(amount=Decimal("4.95")), category="bags"),),
    )
    use(Inventory).put_stock(records=(StockRecord(sku=Sku("BAG1"), received=100, sold=0, returned=0, corrected=0),))


@pytest.fixture
def customer(database: None) -> dict[str, str]:
    """The headers of a customer's client: a token."""
    made = use(Customers).sign_up(
        email="fuzz@example.com", password=Secret("a long passphrase"), name="Fuzz", country="United Kingdom"
    )
    token = secrets.token_urlsafe(32)
    use(Customers).issue_token(
        customer_id=made.customer_id,
        token_digest=hashlib.sha256(token.encode()).hexdigest(),
        label="fuzz",
        expires_at=datetime.now(UTC) + timedelta(hours=1),
    )
    return {"Authorization": f"Bearer {token}"}


@pytest.fixture
def operator(database: None) -> dict[str, str]:
    """The headers of an operator's browser: a session and its CSRF token."""
    user = User.objects.create_user("operator", password=None, is_staff=True)
    session = SessionStore()
    session["_auth_user_id"] = str(user.pk)
    session["_auth_user_backend"] = "django.contrib.auth.backends.ModelBackend"
    session["_auth_user_hash"] = user.get_session_auth_hash()
    session.save()
    csrf = "c" * 32
    return {
        "Cookie": f"{django_settings.SESSION_COOKIE_NAME}={session.session_key}; csrftoken={csrf}",
        "X-CSRFToken": csrf,
    }


@pytest.fixture(params=["nobody", "customer", "operator"])
def headers(request: pytest.FixtureRequest, shop: None) -> dict[str, str]:
    """The headers of a client of that kind."""
    return {} if request.param == "nobody" else dict(request.getfixturevalue(request.param))


@schema.parametrize()
@settings(
    max_examples=15,
    deadline=None,
    derandomize=True,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
def test_operation_keeps_its_schema_whatever_is_sent(case: schemathesis.Case, headers: dict[str, str]) -> None:
    case.call_and_validate(headers=headers, excluded_checks=EXCLUDED)
