"""Customers: who buys, how they log in, and where their goods go."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import NewType
from uuid import UUID

from contracts.kernel import CustomerId, PostalAddress
from seamline.contract import Contract, ContractError, ErrorKind, Event, Secret, command, query

AddressId = NewType("AddressId", UUID)


@dataclass(frozen=True, slots=True, kw_only=True)
class Customer:
    customer_id: CustomerId
    email: str
    """Empty for customers who came with imported sales and never signed up."""
    name: str
    country: str
    signed_up_at: datetime
    credentials_changed_at: datetime | None = None
    """When the password was last set: sessions that began before are over. None for customers without one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedAddress:
    address_id: AddressId
    address: PostalAddress
    is_default: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerRecord:
    """A customer known from elsewhere, such as an imported sale."""

    customer_id: CustomerId
    name: str
    country: str
    known_since: datetime
    external_number: str
    """The number under which the other system knows the customer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerSignedUp(Event, name="customers.customer_signed_up", key="customer_id"):
    customer_id: CustomerId
    email: str
    name: str
    country: str
    signed_up_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerProfileChanged(Event, name="customers.customer_profile_changed", key="customer_id"):
    customer_id: CustomerId
    name: str
    country: str
    changed_at: datetime


@dataclass(eq=False, kw_only=True)
class CustomersError(ContractError, module="customers"):
    """Root of the customers' errors."""


@dataclass(eq=False, kw_only=True)
class UnknownCustomer(CustomersError, kind=ErrorKind.NOT_FOUND):
    """No customer has this id."""

    customer_id: CustomerId


@dataclass(eq=False, kw_only=True)
class UnknownAddress(CustomersError, kind=ErrorKind.NOT_FOUND):
    """The customer has no such address."""

    address_id: AddressId


@dataclass(eq=False, kw_only=True)
class EmailTaken(CustomersError):
    """Another customer signed up with this e-mail address; log in instead."""

    email: str


@dataclass(eq=False, kw_only=True)
class InvalidProfile(CustomersError, kind=ErrorKind.INVALID):
    """A field of the profile is not acceptable."""

    field: str
    reason: str


@dataclass(eq=False, kw_only=True)
class WrongCredentials(CustomersError, kind=ErrorKind.DENIED):
    """E-mail address and password do not belong together, or the token is not valid."""


class Customers(Contract, module="customers", version="1.0", events=(CustomerSignedUp, CustomerProfileChanged)):
    """Sign-up, login, profiles and addresses."""

    @query(timeout=0.3)
    def customer(self, *, customer_id: CustomerId) -> Customer:
        """One customer.

        :raises UnknownCustomer: no customer has this id.
        """

    @query(timeout=0.5)
    def customers(self, *, customer_ids: tuple[CustomerId, ...]) -> Mapping[CustomerId, Customer]:
        """The customers among these ids; unknown ids are left out."""

    @query(timeout=2.0)
    def verify_password(self, *, email: str, password: Secret) -> Customer:
        """The customer who signed up with this address (case does not matter) and password.

        :raises WrongCredentials: they do not belong together; it takes as long as when they do.
        """

    @query(timeout=0.3)
    def verify_token(self, *, token_digest: str) -> Customer:
        """The customer to whom a token was issued, by the SHA-256 of the token in hexadecimal.

        :raises WrongCredentials: the token is unknown, expired or revoked.
        """

    @query(timeout=0.3)
    def addresses(self, *, customer_id: CustomerId) -> tuple[SavedAddress, ...]:
        """The customer's addresses, the default one first; empty for unknown customers."""

    @command(timeout=3.0)
    def sign_up(self, *, email: str, password: Secret, name: str, country: str) -> Customer:
        """Make an account.

        :raises EmailTaken: another customer has this address.
        :raises InvalidProfile: address, password, name or country is not acceptable.
        """

    @command(timeout=1.0)
    def change_profile(self, *, customer_id: CustomerId, name: str, country: str) -> Customer:
        """Replace name and country.

        :raises UnknownCustomer: no customer has this id.
        :raises InvalidProfile: name or country is not acceptable.
        """

    @command(timeout=3.0)
    def change_password(self, *, customer_id: CustomerId, old_password: Secret, new_password: Secret) -> None:
        """Replace the password and revoke all tokens.

        :raises UnknownCustomer: no customer has this id.
        :raises WrongCredentials: the old password is not right.
        :raises InvalidProfile: the new password is too weak.
        """

    @command(timeout=1.0)
    def issue_token(self, *, customer_id: CustomerId, token_digest: str, label: str, expires_at: datetime) -> None:
        """Accept a token for API clients. The caller makes it and keeps it; only its SHA-256 comes here.

        :raises UnknownCustomer: no customer has this id.
        """

    @command(timeout=1.0)
    def revoke_token(self, *, token_digest: str) -> None:
        """Accept this token no longer. An unknown one changes nothing."""

    @command(timeout=1.0)
    def save_address(
        self,
        *,
        customer_id: CustomerId,
        address: PostalAddress,
        address_id: AddressId | None = None,
        make_default: bool = False,
    ) -> SavedAddress:
        """Add an address, or replace the one named. The first one becomes the default. At most 20 a customer.

        :raises UnknownCustomer: no customer has this id.
        :raises UnknownAddress: the customer has no address with this id.
        :raises InvalidProfile: a line of the address is not acceptable, or there are 20 already.
        """

    @command(timeout=1.0)
    def remove_address(self, *, customer_id: CustomerId, address_id: AddressId) -> None:
        """Forget an address; another one becomes the default.

        :raises UnknownAddress: the customer has no address with this id.
        """

    @command(timeout=30.0)
    def put_customers(self, *, customers: tuple[CustomerRecord, ...]) -> int:
        """Add customers known from elsewhere; answers how many were new. Known ones stay as they are.

        :raises InvalidProfile: a name or country is not acceptable; nothing is added.
        """
