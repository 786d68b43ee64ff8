"""Who may do what over HTTP."""

from __future__ import annotations

from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.views import APIView

from seamline.web.principal import principal_of


def operator_may(permission: str) -> type[BasePermission]:
    """Operators who have this permission of Django's, the same that the admin asks for; nobody else.

    :param permission: such as ``catalog.change_productrow``.
    """

    class OperatorMay(BasePermission):
        message = f"Only an operator of the shop with the permission {permission} may do this."

        def has_permission(self, request: Request, view: APIView) -> bool:
            return principal_of(request).may(permission)

    return OperatorMay


class IsOperator(BasePermission):
    """Operators of the shop, whatever else they may do."""

    message = "Only an operator of the shop may see this."

    def has_permission(self, request: Request, view: APIView) -> bool:
        return bool(principal_of(request).operator)


class IsCustomer(BasePermission):
    """Customers who logged in."""

    message = "Log in as a customer."

    def has_permission(self, request: Request, view: APIView) -> bool:
        return principal_of(request).customer_id is not None
