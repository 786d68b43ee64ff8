"""Command: add new products and bring known ones up to date, thousands in a few statements."""

from __future__ import annotations

from datetime import UTC, datetime

from contracts.catalog import CategoryDraft, PriceChanged, ProductAdded, ProductDraft, ProductWithdrawn
from contracts.kernel import Money, Sku
from modules.catalog.domain.drafts import acceptable_category, acceptable_draft
from modules.catalog.models import CategoryRow, PriceChangeRow, ProductRow
from seamline.calls import current_call
from seamline.contract import Event
from seamline.data import connection_for
from seamline.events import publish

REASON = "brought up to date"
_FIELDS = ("name", "description", "category_id", "price", "currency", "on_sale", "popularity")

# One at a time: two that bring the same new product would otherwise both insert it.
_QUEUE = "SELECT pg_advisory_xact_lock(hashtext('catalog.put_products'))"


def put_products(*, categories: tuple[CategoryDraft, ...], products: tuple[ProductDraft, ...]) -> int:
    """Insert or update; answers how many were new or changed. The last draft of a code, or of a slug, wins.

    :raises InvalidPrice: a price is not above zero or has more than two decimals.
    :raises InvalidProduct: a stock code, name or category is not acceptable.
    """
    shelves = {draft.slug: draft.name for draft in map(acceptable_category, categories)}
    drafted = {draft.sku: _row(draft) for draft in products}
    with connection_for("catalog").cursor() as cursor:
        cursor.execute(_QUEUE)
    CategoryRow.objects.bulk_create(
        [CategoryRow(slug=slug, name=name) for slug, name in shelves.items()],
        update_conflicts=True,
        unique_fields=["slug"],
        update_fields=["name"],
    )
    known = {row.sku: row for row in ProductRow.objects.select_for_update().filter(sku__in=drafted)}
    new = [row for sku, row in drafted.items() if sku not in known]
    changed = [row for sku, row in drafted.items() if sku in known and _differs(row, known[sku])]
    _ensure_categories({row.category_id for row in (*new, *changed)})
    ProductRow.objects.bulk_create(new, batch_size=2000)
    ProductRow.objects.bulk_create(
        changed,
        update_conflicts=True,
        unique_fields=["sku"],
        update_fields=[field.removesuffix("_id") for field in _FIELDS],
        batch_size=2000,
    )
    _tell(new=new, changed=changed, known=known)
    return len(new) + len(changed)


def _row(draft: ProductDraft) -> ProductRow:
    draft = acceptable_draft(draft)
    return ProductRow(
        sku=draft.sku,
        name=draft.name,
        description=draft.description,
        category_id=draft.category,
        price=draft.price.amount,
        currency=draft.price.currency,
        on_sale=draft.on_sale,
        popularity=draft.popularity,
    )


def _differs(one: ProductRow, other: ProductRow) -> bool:
    return any(getattr(one, field) != getattr(other, field) for field in _FIELDS)


def _ensure_categories(slugs: set[str]) -> None:
    """Make those that are named and do not exist; their name is what the slug says."""
    rows = [CategoryRow(slug=slug, name=slug.replace("-", " ").capitalize()) for slug in sorted(slugs)]
    CategoryRow.objects.bulk_create(rows, ignore_conflicts=True)


def _tell(*, new: list[ProductRow], changed: list[ProductRow], known: dict[str, ProductRow]) -> None:
    now = datetime.now(UTC)
    events: list[Event] = [
        ProductAdded(sku=Sku(row.sku), name=row.name, category=row.category_id, price=_price(row), added_at=now)
        for row in new
    ]
    repriced = [row for row in changed if _price(row) != _price(known[row.sku])]
    events += [
        PriceChanged(
            sku=Sku(row.sku),
            old_price=_price(known[row.sku]),
            new_price=_price(row),
            reason=REASON,
            changed_at=now,
        )
        for row in repriced
    ]
    events += [
        ProductWithdrawn(sku=Sku(row.sku), reason=REASON, withdrawn_at=now)
        for row in changed
        if known[row.sku].on_sale and not row.on_sale
    ]
    actor = current_call().origin.actor
    PriceChangeRow.objects.bulk_create(
        [
            PriceChangeRow(
                product_id=row.sku, old_price=known[row.sku].price, new_price=row.price, reason=REASON, actor=actor
            )
            for row in repriced
        ]
    )
    if events:
        publish(*events)


def _price(row: ProductRow) -> Money:
    return Money(amount=row.price, currency=row.currency)
