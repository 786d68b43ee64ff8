"""What a product may look like before it is taken into the catalog."""

from __future__ import annotations

import re
from dataclasses import replace

from contracts.catalog import InvalidProduct, ProductDraft
from modules.catalog.domain.prices import acceptable_price

_SKU = re.compile(r"[A-Z0-9_]{1,20}")
_SLUG = re.compile(r"[a-z0-9-]{1,60}")
LONGEST_NAME = 200
LONGEST_DESCRIPTION = 5000


def acceptable_draft(draft: ProductDraft) -> ProductDraft:
    """The draft with its price in two decimals.

    :raises InvalidPrice: see ``acceptable_price``.
    :raises InvalidProduct: names the first field that is not acceptable.
    """
    if not _SKU.fullmatch(draft.sku):
        raise InvalidProduct(sku=draft.sku, field="sku", reason="1 to 20 capitals, digits and underscores")
    if not draft.name.strip() or len(draft.name) > LONGEST_NAME or "\0" in draft.name:
        raise InvalidProduct(sku=draft.sku, field="name", reason=f"1 to {LONGEST_NAME} characters")
    if len(draft.description) > LONGEST_DESCRIPTION or "\0" in draft.description:
        raise InvalidProduct(sku=draft.sku, field="description", reason=f"at most {LONGEST_DESCRIPTION} characters")
    if not _SLUG.fullmatch(draft.category):
        raise InvalidProduct(sku=draft.sku, field="category", reason="1 to 60 small letters, digits and hyphens")
    return replace(draft, price=acceptable_price(draft.price))
