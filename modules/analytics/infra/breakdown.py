"""Reads the revenue by day, country or product: one statement each. This file may not write."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from django.db.models import F, Sum

from modules.analytics.models import DayRevenue, ProductRevenue
from seamline.data import read_side


class By(StrEnum):
    """What each row of an answer stands for."""

    DAY = "day"
    COUNTRY = "country"
    PRODUCT = "product"


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """What a day, a country or a product brought."""

    key: str
    """A date in ISO form, a country's name or a stock code."""
    count: int
    """Orders; of a product, the units sold without those that came back."""
    sold: Decimal
    taken_back: Decimal
    """Cancelled or credited; zero or more."""
    net: Decimal


def breakdown(
    *, by: By, since: date | None = None, until: date | None = None, country: str = "", currency: str, limit: int
) -> tuple[Share, ...]:
    """Days in their order, the latest ``limit`` of them; countries and products by what they brought, most first.

    :param since: the first day that counts.
    :param until: the last one.
    """
    rows = (
        (ProductRevenue if by is By.PRODUCT else DayRevenue)
        .objects.using(read_side("analytics"))
        .filter(currency=currency)
    )
    if since is not None:
        rows = rows.filter(day__gte=since)
    if until is not None:
        rows = rows.filter(day__lte=until)
    if country:
        rows = rows.filter(country=country)
    column = "sku" if by is By.PRODUCT else by.value
    summed = (
        rows.values(column)
        .annotate(count=Sum("units" if by is By.PRODUCT else "orders"), gross=Sum("sold"), back=Sum("taken_back"))
        .annotate(net=F("gross") - F("back"))
        .order_by("-day" if by is By.DAY else "-net", column)[:limit]
    )
    found = tuple(
        Share(key=str(row[column]), count=row["count"], sold=row["gross"], taken_back=row["back"], net=row["net"])
        for row in summed
    )
    return found[::-1] if by is By.DAY else found
