"""What a product, and a category, may look like before it is taken into the catalog."""

from __future__ import annotations

import unicodedata
from dataclasses import replace

from contracts.catalog import CategoryDraft, InvalidProduct, ProductDraft
from contracts.kernel import Sku
from modules.catalog.domain.codes import is_sku, is_slug
from modules.catalog.domain.prices import acceptable_price

LONGEST_NAME = 200
LONGEST_CATEGORY_NAME = 120
LONGEST_DESCRIPTION = 5000
MOST_POPULAR = 2**31 - 1
"""What the column holds."""

_SLUG_SHAPE = "1 to 60 small letters, digits and hyphens"
_LINE_BREAKERS = ("Cc", "Cs", "Zl", "Zp")


def acceptable_draft(draft: ProductDraft) -> ProductDraft:
    """The draft with its price in two decimals.

    :raises InvalidPrice: see ``acceptable_price``.
    :raises InvalidProduct: names the first field that is not acceptable.
    """
    if not is_sku(draft.sku):
        raise InvalidProduct(sku=draft.sku, field="sku", reason="1 to 20 capitals, digits and underscores")
    if not _is_line(draft.name, longest=LONGEST_NAME):
        raise InvalidProduct(
            sku=draft.sku, field="name", reason=f"1 to {LONGEST_NAME} characters, none of them a control character"
        )
    if len(draft.description) > LONGEST_DESCRIPTION or "\0" in draft.description:
        raise InvalidProduct(
            sku=draft.sku, field="description", reason=f"at most {LONGEST_DESCRIPTION} characters, no NUL"
        )
    if not is_slug(draft.category):
        raise InvalidProduct(sku=draft.sku, field="category", reason=_SLUG_SHAPE)
    if not 0 <= draft.popularity <= MOST_POPULAR:
        raise InvalidProduct(sku=draft.sku, field="popularity", reason=f"0 to {MOST_POPULAR}")
    return replace(draft, price=acceptable_price(draft.price))


def acceptable_category(draft: CategoryDraft) -> CategoryDraft:
    """The draft as it is.

    :raises InvalidProduct: its slug or name is not acceptable; the error's stock code is empty, the field ``category``.
    """
    if not is_slug(draft.slug):
        raise InvalidProduct(sku=Sku(""), field="category", reason=f"the slug {draft.slug!r} is not {_SLUG_SHAPE}")
    if not _is_line(draft.name, longest=LONGEST_CATEGORY_NAME):
        raise InvalidProduct(
            sku=Sku(""),
            field="category",
            reason=f"the name of {draft.slug!r} is not 1 to {LONGEST_CATEGORY_NAME} characters in one line",
        )
    return draft


def _is_line(text: str, *, longest: int) -> bool:
    return (
        bool(text.strip())
        and len(text) <= longest
        and not any(unicodedata.category(character) in _LINE_BREAKERS for character in text)
    )
