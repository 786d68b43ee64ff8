"""What may be taken into the catalog, and which field is named when it may not."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from contracts.catalog import CategoryDraft, InvalidProduct
from modules.catalog.domain.drafts import acceptable_category, acceptable_draft
from modules.catalog.domain.reasons import LONGEST_REASON, acceptable_reason
from modules.catalog.tests.helpers import draft
from seamline.contract import InvalidArgument


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("sku", ""),
        ("sku", "85123a"),
        ("sku", "A" * 21),
        ("sku", "A\n"),
        ("name", " "),
        ("name", "N" * 201),
        ("name", "two\nlines"),
        ("name", "N\0"),
        ("description", "D" * 5001),
        ("description", "D\0"),
        ("category", "Not A Slug"),
        ("category", ""),
        ("popularity", -1),
        ("popularity", 2**31),
    ],
)
def test_unacceptable_field_of_a_product_is_named(field: str, value: Any) -> None:
    with pytest.raises(InvalidProduct) as caught:
        acceptable_draft(replace(draft("GOOD", "Good"), **{field: value}))
    assert caught.value.field == field


def test_description_may_have_several_lines() -> None:
    good = replace(draft("GOOD", "Good"), description="One.\nTwo.")
    assert acceptable_draft(good).description == "One.\nTwo."


@pytest.mark.parametrize(("slug", "name"), [("Bags", "Bags"), ("", "Bags"), ("bags", " "), ("bags", "B" * 121)])
def test_unacceptable_category_is_refused(slug: str, name: str) -> None:
    with pytest.raises(InvalidProduct) as caught:
        acceptable_category(CategoryDraft(slug=slug, name=name))
    assert caught.value.field == "category"


@pytest.mark.parametrize("reason", ["R" * (LONGEST_REASON + 1), "R\0"])
def test_reason_that_cannot_be_kept_is_refused(reason: str) -> None:
    with pytest.raises(InvalidArgument, match=r"catalog\.withdraw"):
        acceptable_reason(reason, operation="catalog.withdraw")
