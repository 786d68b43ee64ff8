"""A customer's own profile and addresses over HTTP."""

from __future__ import annotations

from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from contracts.customers import AddressId, Customers
from contracts.kernel import CustomerId, PostalAddress
from modules.customers.api.serializers import (
    CustomerSerializer,
    PasswordChangeSerializer,
    ProfileSerializer,
    SaveAddressSerializer,
    SavedAddressSerializer,
)
from seamline.calls import use
from seamline.web.idempotency import IDEMPOTENCY_KEY, idempotency_key
from seamline.web.permissions import IsCustomer
from seamline.web.principal import on_behalf_of, principal_of
from seamline.web.session import log_in_customer
from seamline.web.throttling import CredentialThrottle, PrincipalThrottle


class _OwnView(APIView):
    permission_classes = [IsCustomer]

    @staticmethod
    def customer_id(request: Request) -> CustomerId:
        customer_id = principal_of(request).customer_id
        assert customer_id is not None  # the permission saw to it
        return CustomerId(customer_id)


class Me(_OwnView):
    """Who I am."""

    @extend_schema(operation_id="customers_me", responses=CustomerSerializer, tags=["customers"])
    def get(self, request: Request) -> Response:
        """My profile."""
        return Response(CustomerSerializer(use(Customers).customer(customer_id=self.customer_id(request))).data)

    @extend_schema(
        operation_id="customers_change_me", request=ProfileSerializer, responses=CustomerSerializer, tags=["customers"]
    )
    def patch(self, request: Request) -> Response:
        """Change name or country."""
        asked = ProfileSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        me = use(Customers).customer(customer_id=self.customer_id(request))
        with on_behalf_of(request):
            changed = use(Customers).change_profile(
                customer_id=me.customer_id,
                name=asked.validated_data.get("name", me.name),
                country=asked.validated_data.get("country", me.country),
            )
        return Response(CustomerSerializer(changed).data)


class Password(_OwnView):
    """My password."""

    throttle_classes = [PrincipalThrottle, CredentialThrottle]

    @extend_schema(
        operation_id="customers_change_password",
        request=PasswordChangeSerializer,
        responses={204: None},
        tags=["customers"],
    )
    def post(self, request: Request) -> Response:
        """Replace the password; all tokens are revoked and all other sessions are over."""
        asked = PasswordChangeSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        customer_id = self.customer_id(request)
        with on_behalf_of(request):
            use(Customers).change_password(customer_id=customer_id, **asked.validated_data)
        if request.auth is None:  # it came by session: this one goes on, all others are over
            log_in_customer(request._request.session, customer_id)
        return Response(status=status.HTTP_204_NO_CONTENT)


class Addresses(_OwnView):
    """My addresses."""

    @extend_schema(operation_id="customers_addresses", responses=SavedAddressSerializer(many=True), tags=["customers"])
    def get(self, request: Request) -> Response:
        """My addresses, the default one first."""
        saved = use(Customers).addresses(customer_id=self.customer_id(request))
        return Response(SavedAddressSerializer(saved, many=True).data)

    @extend_schema(
        operation_id="customers_add_address",
        parameters=[IDEMPOTENCY_KEY],
        request=SaveAddressSerializer,
        responses={201: SavedAddressSerializer},
        tags=["customers"],
    )
    def post(self, request: Request) -> Response:
        """Keep another address; the first one becomes the default."""
        saved = _save(request, self.customer_id(request), None)
        return Response(saved, status=status.HTTP_201_CREATED)


class OneAddress(_OwnView):
    """One of my addresses."""

    @extend_schema(
        operation_id="customers_replace_address",
        parameters=[IDEMPOTENCY_KEY],
        request=SaveAddressSerializer,
        responses=SavedAddressSerializer,
        tags=["customers"],
    )
    def put(self, request: Request, address_id: UUID) -> Response:
        """Replace it."""
        return Response(_save(request, self.customer_id(request), AddressId(address_id)))

    @extend_schema(operation_id="customers_remove_address", responses={204: None}, tags=["customers"])
    def delete(self, request: Request, address_id: UUID) -> Response:
        """Forget it; another one becomes the default."""
        with on_behalf_of(request):
            use(Customers).remove_address(customer_id=self.customer_id(request), address_id=AddressId(address_id))
        return Response(status=status.HTTP_204_NO_CONTENT)


def _save(request: Request, customer_id: CustomerId, address_id: AddressId | None) -> dict[str, object]:
    asked = SaveAddressSerializer(data=request.data)
    asked.is_valid(raise_exception=True)
    customers = use(Customers, idempotency_key=idempotency_key(request))
    with on_behalf_of(request):
        saved = customers.save_address(
            customer_id=customer_id,
            address=PostalAddress(**asked.validated_data["address"]),
            address_id=address_id,
            make_default=asked.validated_data["make_default"],
        )
    return dict(SavedAddressSerializer(saved).data)
