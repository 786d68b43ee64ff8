"""Who may do what over HTTP."""

from __future__ import annotations

from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.views import APIView

from seamline.web.principal import principal_of


class IsOperator(BasePermission):
    """Operators of the shop; customers are refused."""

    message = "Only an operator of the shop may do this."

    def has_permission(self, request: Request, view: APIView) -> bool:
        return principal_of(request).is_staff


class IsCustomer(BasePermission):
    """Customers who logged in."""

    message = "Log in as a customer."

    def has_permission(self, request: Request, view: APIView) -> bool:
        return principal_of(request).customer_id is not None
