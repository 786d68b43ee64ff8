"""Stored names and moments become what people read."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from modules.storefront.wording import moment, name_of_product, reason_of_rejection


@pytest.mark.parametrize(
    ("stored", "shown"),
    [
        ("WHITE HANGING HEART T-LIGHT HOLDER", "White hanging heart T-light holder"),
        ("RED  HARMONICA IN BOX", "Red harmonica in box"),
        ("RED TOADSTOOL LED NIGHT LIGHT", "Red toadstool LED night light"),
        ("60 CAKE CASES VINTAGE CHRISTMAS", "60 cake cases vintage Christmas"),
        ("Hand-thrown Mug", "Hand-thrown Mug"),
        ("", ""),
    ],
)
def test_capitals_become_a_sentence_and_mixed_case_stays(stored: str, shown: str) -> None:
    assert name_of_product(stored) == shown


def test_moments_are_shown_in_london() -> None:
    assert moment(datetime(2011, 7, 1, 11, 5, tzinfo=UTC)) == "1 July 2011, 12:05"
    assert moment(datetime(2011, 12, 9, 12, 50, tzinfo=UTC)) == "9 December 2011, 12:50"


def test_an_unknown_rejection_still_has_words() -> None:
    assert "declined" in reason_of_rejection("payments.card_declined")
    assert reason_of_rejection("anything") == "The checkout could not be completed."
