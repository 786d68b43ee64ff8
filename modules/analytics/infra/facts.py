"""Writes and reads the facts. Months are those of the shop's time zone. This file may hold no rule."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.db.models import Count, Max, Q, Sum
from django.db.models.functions import Coalesce, Greatest, TruncMonth
from django.utils.timezone import get_default_timezone, get_default_timezone_name

from modules.analytics.domain.months import Month
from modules.analytics.domain.revenue import Takings
from modules.analytics.models import FactKind, OrderFact, ProductName
from seamline.data import connection_for

ROWS_AT_ONCE = 2_000
_CANCEL = """
UPDATE order_fact SET cancelled_at = cancelled.at
FROM unnest(%s::uuid[], %s::timestamptz[]) AS cancelled (order_id, at)
WHERE order_fact.order_id = cancelled.order_id AND order_fact.cancelled_at IS NULL
"""
_ACTIVITY = """
WITH active AS (
    SELECT DISTINCT customer_id, date_trunc('month', at AT TIME ZONE %s)::date AS month
    FROM order_fact WHERE kind = 'sale' AND cancelled_at IS NULL AND customer_id IS NOT NULL
), joined AS (
    SELECT min(month) OVER (PARTITION BY customer_id) AS cohort, month FROM active
)
SELECT cohort, month, count(*) FROM joined GROUP BY cohort, month
"""
_ZERO = Decimal("0.00")
_SALE = Q(kind=FactKind.SALE)
_CREDIT = Q(kind=FactKind.CREDIT_NOTE)


def store_facts(facts: Iterable[OrderFact]) -> None:
    """Store facts; one that is stored already stays as it is."""
    OrderFact.objects.bulk_create(facts, batch_size=500, ignore_conflicts=True)


def cancel_facts(cancelled: Mapping[UUID, datetime]) -> None:
    """Mark orders as cancelled; the first time counts, and unknown orders are passed over."""
    if cancelled:
        with connection_for("analytics").cursor() as cursor:
            cursor.execute(_CANCEL, [list(cancelled), list(cancelled.values())])


def keep_names(names: Mapping[str, str]) -> None:
    """Remember what products are called; only those that are new or have another name are written."""
    known = dict(ProductName.objects.filter(sku__in=list(names)).values_list("sku", "name"))
    changed = [ProductName(sku=sku, name=name) for sku, name in names.items() if known.get(sku) != name]
    ProductName.objects.bulk_create(changed, update_conflicts=True, unique_fields=["sku"], update_fields=["name"])


def names_of(skus: Iterable[str]) -> dict[str, str]:
    """Names by stock code."""
    return dict(ProductName.objects.filter(sku__in=list(skus)).values_list("sku", "name"))


def newest_event() -> datetime | None:
    """When the last thing happened that the facts know; None while there are none."""
    newest: datetime | None = OrderFact.objects.aggregate(newest=Max(Greatest("at", Coalesce("cancelled_at", "at"))))[
        "newest"
    ]
    return newest


def month_of(moment: datetime) -> Month:
    """The month of a moment in the shop's time zone."""
    return Month.of(moment.astimezone(get_default_timezone()).date())


def currencies() -> tuple[str, ...]:
    """Currencies of the facts, the one with most orders first."""
    rows = OrderFact.objects.values_list("currency").annotate(orders=Count("*"))
    return tuple(currency for currency, _ in rows.order_by("-orders", "currency"))


def takings(currency: str) -> tuple[Takings, ...]:
    """The sums of every month in which anything happened, the oldest first."""
    zone = get_default_timezone()
    facts = OrderFact.objects.filter(currency=currency).annotate(month=TruncMonth("at", tzinfo=zone)).values("month")
    cancelled = (
        OrderFact.objects.filter(currency=currency, cancelled_at__isnull=False, kind=FactKind.SALE)
        .annotate(month=TruncMonth("cancelled_at", tzinfo=zone))
        .values_list("month")
        .annotate(amount=Sum("amount"))
        .order_by("month")
    )
    taken_back = {Month.of(month): -amount for month, amount in cancelled}
    found = {
        Month.of(row["month"]): row
        for row in facts.annotate(
            orders=Count("pk", filter=_SALE), sold=Sum("amount", filter=_SALE), credited=Sum("amount", filter=_CREDIT)
        ).order_by("month")
    }
    return tuple(
        Takings(
            month=month,
            orders=found[month]["orders"] if month in found else 0,
            sold=(found[month]["sold"] if month in found else None) or _ZERO,
            credited=(found[month]["credited"] if month in found else None) or _ZERO,
            cancelled=taken_back.get(month, _ZERO),
        )
        for month in sorted(found.keys() | taken_back.keys())
    )


def activity() -> list[tuple[Month, Month, int]]:
    """Month of the first order, month in which they ordered, and how many customers did; guests are left out."""
    with connection_for("analytics").cursor() as cursor:
        cursor.execute(_ACTIVITY, [get_default_timezone_name()])
        return [(Month.of(cohort), Month.of(month), customers) for cohort, month, customers in cursor.fetchall()]


def baskets() -> Iterator[list[str]]:
    """The goods of each sale that was not cancelled."""
    rows = OrderFact.objects.filter(kind=FactKind.SALE, cancelled_at__isnull=True).values_list("skus", flat=True)
    yield from rows.iterator(chunk_size=ROWS_AT_ONCE)


def known() -> int:
    """A number that grows with every fact, and with every cancellation of one."""
    counts = OrderFact.objects.aggregate(facts=Count("*"), cancelled=Count("cancelled_at"))
    return int(counts["facts"]) + int(counts["cancelled"])
