"""Pictures follow from names and stock codes, and every picture can be drawn."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest

from modules.storefront.art import draw, picture_of
from modules.storefront.art.motifs import MOTIFS
from modules.storefront.art.palettes import NAMED_COLOURS, PALETTES
from modules.storefront.art.patterns import NAMED_PATTERNS, TILES
from modules.storefront.art.words import BY_PHRASE, CATEGORY_WORDS, UNNAMED


@pytest.mark.parametrize(
    ("name", "motif", "palette", "pattern"),
    [
        ("LUNCH BAG RED RETROSPOT", "lunchbag", "red", "retrospot"),
        ("WHITE HANGING HEART T-LIGHT HOLDER", "tlight", "ivory", "hearts"),
        ("GREEN REGENCY TEACUP AND SAUCER", "teacup", "green", "floral"),
        ("PACK OF 60 PINK PAISLEY CAKE CASES", "cupcake", "pink", "paisley"),
        ("WOODEN HEART CHRISTMAS SCANDINAVIAN", "heart", "wood", "plain"),
    ],
)
def test_a_name_says_what_is_drawn_in_which_colour_and_pattern(
    name: str, motif: str, palette: str, pattern: str
) -> None:
    picture = picture_of(name=name, sku="1")
    assert (picture.motif, picture.palette, picture.pattern) == (motif, palette, pattern)


def test_the_same_product_always_has_the_same_picture_and_others_differ() -> None:
    assert picture_of(name="GIFT", sku="10002") == picture_of(name="GIFT", sku="10002")
    assert len({picture_of(name="GIFT", sku=str(number)) for number in range(50)}) > 25


def test_a_product_whose_name_says_nothing_is_drawn_after_its_category() -> None:
    assert picture_of(name="NO 7", sku="1", category="garden").motif in ("plantpot", "wateringcan", "flower")


@pytest.mark.parametrize("motif", sorted(MOTIFS))
def test_every_motif_is_well_formed_in_every_palette(motif: str) -> None:
    for place, palette in enumerate(PALETTES):
        pattern = list(TILES)[place % len(TILES)]
        drawing = draw(motif=motif, palette=palette, pattern=pattern, variant=place)
        assert "$" not in drawing
        assert ElementTree.fromstring(drawing).tag.endswith("svg")


def test_words_name_only_motifs_palettes_and_patterns_that_exist() -> None:
    assert {motif for _, motif in BY_PHRASE} <= set(MOTIFS)
    assert {motif for _, motifs in CATEGORY_WORDS for motif in motifs} | set(UNNAMED) <= set(MOTIFS)
    assert set(NAMED_COLOURS.values()) <= set(PALETTES)
    assert set(NAMED_PATTERNS.values()) <= set(TILES)


def test_an_unknown_variant_is_refused() -> None:
    with pytest.raises(LookupError, match="from 0 to 11"):
        draw(motif="bag", palette="red", pattern="plain", variant=12)
