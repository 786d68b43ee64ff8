"""The manifest of customers: sign-up, login, profiles and addresses."""

from contracts.customers import Customers
from seamline.modules import Module

module = Module(
    name="customers",
    owner="accounts",
    contract=Customers,
    implementation="modules.customers.service:CustomersService",
    urls="modules.customers.api.urls",
)
