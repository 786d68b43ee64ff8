"""The colours that pictures are made of: a few pigments on paper, so that any two pictures hang well side by side."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Palette:
    """Seven colours; ``main`` is the one that people would name."""

    ground: str
    shape: str
    main: str
    dark: str
    light: str
    accent: str
    shadow: str


def _palette(*colours: str) -> Palette:
    return Palette(**dict(zip(Palette.__slots__, colours, strict=True)))


PALETTES: dict[str, Palette] = {
    "red": _palette("#f6dfd5", "#fbeee7", "#c5432f", "#7f2a1e", "#fff4ea", "#2f6a58", "#e3bfb1"),
    "pink": _palette("#f8dfe1", "#fdf0ef", "#d9788a", "#8f3a50", "#fff5f1", "#4f7f78", "#e6bdc3"),
    "blue": _palette("#d9e4ea", "#edf3f5", "#3f7191", "#22455c", "#f6f8f2", "#d98e4a", "#b8c9d3"),
    "green": _palette("#dde6d6", "#eff4ea", "#4d7d5b", "#27503a", "#f8f7e8", "#d2694a", "#bdcbb4"),
    "ivory": _palette("#e4d6c3", "#efe6d8", "#fbf5e8", "#8a7257", "#fffdf7", "#b4543f", "#cbb99f"),
    "black": _palette("#e3ddd3", "#f1ede5", "#39383a", "#1d1c1f", "#f7f1e6", "#c9563d", "#c6bdaf"),
    "yellow": _palette("#f7e8bf", "#fcf5df", "#e3ab3a", "#8c6214", "#fffaea", "#4c6f86", "#e3cf98"),
    "purple": _palette("#e3dbea", "#f2edf5", "#7a5b93", "#473259", "#faf4f4", "#d29a4a", "#c8bbd4"),
    "silver": _palette("#d8dedf", "#ebefef", "#9aa7ab", "#4d5a60", "#fafbf8", "#b8604b", "#bac4c6"),
    "orange": _palette("#f8e0c8", "#fdf0e2", "#dd7b3a", "#8d4519", "#fff7ec", "#36707a", "#e6c4a2"),
    "teal": _palette("#d3e5e1", "#eaf4f1", "#3b8581", "#1f5255", "#f5faf2", "#dc7f5c", "#b1cdc8"),
    "wood": _palette("#ead9c6", "#f6ecdf", "#b58459", "#6e4727", "#fdf4e6", "#4f7a6c", "#d2b99d"),
}

NAMED_COLOURS: dict[str, str] = {
    "RED": "red", "RUBY": "red", "CHRISTMAS": "red", "STRAWBERRY": "red", "TOADSTOOL": "red", "LONDON": "red",
    "PINK": "pink", "ROSE": "pink", "ROSES": "pink", "FAIRY": "pink", "DOLLY": "pink", "SWEETHEART": "pink",
    "BLUE": "blue", "NAVY": "blue", "SPACEBOY": "blue", "DENIM": "blue", "SAILOR": "blue",
    "GREEN": "green", "GARDEN": "green", "LEAF": "green", "WOODLAND": "green", "APPLE": "green", "APPLES": "green",
    "WHITE": "ivory", "IVORY": "ivory", "CREAM": "ivory", "PEARL": "ivory", "NATURAL": "ivory", "LACE": "ivory",
    "BLACK": "black", "SKULL": "black", "SKULLS": "black", "CHALKBOARD": "black", "SLATE": "black",
    "YELLOW": "yellow", "GOLD": "yellow", "GOLDEN": "yellow", "HONEYCOMB": "yellow", "DAISY": "yellow",
    "PURPLE": "purple", "LILAC": "purple", "LAVENDER": "purple", "AMETHYST": "purple", "MAUVE": "purple",
    "SILVER": "silver", "ZINC": "silver", "METAL": "silver", "GLASS": "silver", "GREY": "silver", "CRYSTAL": "silver",
    "ORANGE": "orange", "AMBER": "orange", "COPPER": "orange", "TERRACOTTA": "orange",
    "TURQUOISE": "teal", "TURQ": "teal", "AQUA": "teal", "MINT": "teal", "AQUAMARINE": "teal",
    "WOODEN": "wood", "WOOD": "wood", "WICKER": "wood", "CHOCOLATE": "wood", "BROWN": "wood", "RUSTIC": "wood",
}  # fmt: skip
"""Palette by a word of a product's name."""

UNNAMED: tuple[str, ...] = ("red", "blue", "green", "yellow", "teal", "pink", "orange", "purple")
"""Palettes for products whose names say no colour."""
