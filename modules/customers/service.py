"""The customers' contract, each operation handed to its use case. No rule lives here."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from contracts.customers import AddressId, Customer, CustomerRecord, Customers, SavedAddress
from contracts.kernel import CustomerId, PostalAddress
from modules.customers.application.addresses import remove_address, save_address
from modules.customers.application.change_password import change_password
from modules.customers.application.change_profile import change_profile
from modules.customers.application.customers import addresses, customer, customers
from modules.customers.application.put_customers import put_customers
from modules.customers.application.sign_up import sign_up
from modules.customers.application.tokens import issue_token, revoke_token
from modules.customers.application.verify import verify_password, verify_token
from seamline.contract import Secret


class CustomersService(Customers):
    """Sign-up, login, profiles and addresses."""

    def customer(self, *, customer_id: CustomerId) -> Customer:
        return customer(customer_id=customer_id)

    def customers(self, *, customer_ids: tuple[CustomerId, ...]) -> Mapping[CustomerId, Customer]:
        return customers(customer_ids=customer_ids)

    def verify_password(self, *, email: str, password: Secret) -> Customer:
        return verify_password(email=email, password=password)

    def verify_token(self, *, token_digest: str) -> Customer:
        return verify_token(token_digest=token_digest)

    def addresses(self, *, customer_id: CustomerId) -> tuple[SavedAddress, ...]:
        return addresses(customer_id=customer_id)

    def sign_up(self, *, email: str, password: Secret, name: str, country: str) -> Customer:
        return sign_up(email=email, password=password, name=name, country=country)

    def change_profile(self, *, customer_id: CustomerId, name: str, country: str) -> Customer:
        return change_profile(customer_id=customer_id, name=name, country=country)

    def change_password(self, *, customer_id: CustomerId, old_password: Secret, new_password: Secret) -> None:
        return change_password(customer_id=customer_id, old_password=old_password, new_password=new_password)

    def issue_token(self, *, customer_id: CustomerId, token_digest: str, label: str, expires_at: datetime) -> None:
        return issue_token(customer_id=customer_id, token_digest=token_digest, label=label, expires_at=expires_at)

    def revoke_token(self, *, token_digest: str) -> None:
        return revoke_token(token_digest=token_digest)

    def save_address(
        self,
        *,
        customer_id: CustomerId,
        address: PostalAddress,
        address_id: AddressId | None = None,
        make_default: bool = False,
    ) -> SavedAddress:
        return save_address(customer_id=customer_id, address=address, address_id=address_id, make_default=make_default)

    def remove_address(self, *, customer_id: CustomerId, address_id: AddressId) -> None:
        return remove_address(customer_id=customer_id, address_id=address_id)

    def put_customers(self, *, customers: tuple[CustomerRecord, ...]) -> int:
        return put_customers(customers=customers)
