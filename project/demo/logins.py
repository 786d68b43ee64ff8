"""The logins of a demo: one customer of the shop, one operator of the admin. Never made outside demo mode.

The settings read this file, so that nothing of Django is imported before a login is made.
"""

from __future__ import annotations

from dataclasses import dataclass

DEMO_COUNTRY = "United Kingdom"


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoLogin:
    """Who can log in where."""

    title: str
    path: str
    """Of the login page."""
    user_name: str
    password: str

    @property
    def text(self) -> str:
        """For the terminal."""
        return f"{self.user_name} / {self.password}"


CUSTOMER = DemoLogin(
    title="Customer login",
    path="/login/",
    user_name="demo@example.com",
    password="seamline-demo",  # noqa: S106
)
OPERATOR = DemoLogin(
    title="Operator login",
    path="/admin/",
    user_name="operator",
    password="seamline-operator",  # noqa: S106
)


def demo_logins() -> tuple[DemoLogin, ...]:
    """The logins that a demo has, to be shown after the start."""
    return CUSTOMER, OPERATOR


def make_demo_logins() -> None:
    """Make both where they do not exist yet. The caller must see to it that this is a demo (``settings.DEMO``)."""
    from django.contrib.auth import get_user_model

    from contracts.customers import Customers, EmailTaken
    from contracts.kernel import PostalAddress
    from seamline.calls import use
    from seamline.contract import Secret

    users = get_user_model().objects
    if not users.filter(username=OPERATOR.user_name).exists():
        users.create_superuser(OPERATOR.user_name, "operator@example.com", OPERATOR.password)
    try:
        customer = use(Customers).sign_up(
            email=CUSTOMER.user_name, password=Secret(CUSTOMER.password), name="Robin Demo", country=DEMO_COUNTRY
        )
    except EmailTaken:
        return
    use(Customers).save_address(
        customer_id=customer.customer_id,
        address=PostalAddress(
            name="Robin Demo", line1="1 Sample Street", city="London", postcode="SW1A 1AA", country=DEMO_COUNTRY
        ),
        make_default=True,
    )
