"""The payments of several orders."""

from __future__ import annotations

from collections.abc import Mapping

from contracts.kernel import OrderId
from contracts.payments import Payment
from modules.payments.infra import books


def payments(*, order_ids: tuple[OrderId, ...]) -> Mapping[OrderId, Payment]:
    """Payments by order; orders without one are left out."""
    return {account.order_id: account.payment() for account in books.read(order_ids) if not account.never_started}
