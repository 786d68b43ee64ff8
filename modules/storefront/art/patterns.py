"""Printed patterns as SVG tiles. Each is drawn in the palette's light and accent colours over its main colour."""

from __future__ import annotations

TILES: dict[str, tuple[int, str]] = {
    "plain": (40, ""),
    "retrospot": (46, '<circle cx="12" cy="12" r="9.5" fill="$light"/><circle cx="35" cy="35" r="9.5" fill="$light"/>'),
    "polkadot": (26, '<circle cx="7" cy="7" r="3.6" fill="$light"/><circle cx="20" cy="20" r="3.6" fill="$light"/>'),
    "stripes": (28, '<path d="M0 0H9V28H0Z" fill="$light" opacity=".85"/>'),
    "gingham": (
        36,
        '<path d="M0 0H18V36H0Z" fill="$light" opacity=".45"/><path d="M0 0H36V18H0Z" fill="$light" opacity=".45"/>',
    ),
    "paisley": (
        52,
        '<g fill="$light"><path d="M10 26C4 16 10 4 20 6C28 8 26 18 18 19C15 20 12 22 10 26Z"/>'
        '<path d="M36 52C30 42 36 30 46 32C54 34 52 44 44 45C41 46 38 48 36 52Z" opacity=".8"/></g>'
        '<g fill="$accent"><circle cx="19" cy="12" r="3"/><circle cx="45" cy="38" r="3"/></g>',
    ),
    "floral": (
        56,
        '<g fill="$light"><circle cx="14" cy="8" r="5"/><circle cx="20" cy="13" r="5"/><circle cx="18" cy="20" r="5"/>'
        '<circle cx="10" cy="20" r="5"/><circle cx="8" cy="13" r="5"/></g>'
        '<circle cx="14" cy="15" r="4" fill="$accent"/>'
        '<g fill="$light" opacity=".85"><circle cx="42" cy="37" r="4"/><circle cx="47" cy="41" r="4"/>'
        '<circle cx="45" cy="47" r="4"/><circle cx="39" cy="47" r="4"/><circle cx="37" cy="41" r="4"/></g>'
        '<circle cx="42" cy="43" r="3" fill="$accent"/>',
    ),
    "stars": (
        48,
        '<path d="M12 3L15 10L22 11L17 16L18 23L12 19L6 23L7 16L2 11L9 10Z" fill="$light"/>'
        '<path d="M36 28L38 33L43 34L39 37L40 43L36 40L32 43L33 37L29 34L34 33Z" fill="$light" opacity=".8"/>',
    ),
    "hearts": (
        46,
        '<path d="M12 21C2 13 4 5 9 5C11 5 12 7 12 8C12 7 13 5 15 5C20 5 22 13 12 21Z" fill="$light"/>'
        '<path d="M35 44C25 36 27 28 32 28C34 28 35 30 35 31C35 30 36 28 38 28C43 28 45 36 35 44Z" fill="$light"/>',
    ),
    "leaves": (
        52,
        '<g fill="$light"><path d="M6 22C6 8 18 6 24 6C24 14 20 22 6 22Z"/>'
        '<path d="M30 48C30 34 42 32 48 32C48 40 44 48 30 48Z" opacity=".85"/></g>',
    ),
    "chevron": (36, '<path d="M0 10L18 26L36 10V19L18 35L0 19Z" fill="$light" opacity=".8"/>'),
}
"""Side of the square tile and its drawing, by name."""

NAMED_PATTERNS: dict[str, str] = {
    "RETROSPOT": "retrospot", "SPOTTY": "retrospot", "SPOT": "retrospot", "SPOTS": "retrospot",
    "POLKADOT": "polkadot", "DOTS": "polkadot", "DOTTY": "polkadot", "TOADSTOOL": "polkadot",
    "STRIPE": "stripes", "STRIPED": "stripes", "STRIPES": "stripes", "STRIPEY": "stripes", "CIRCUS": "stripes",
    "GINGHAM": "gingham", "CHECK": "gingham", "TARTAN": "gingham", "PICNIC": "gingham",
    "PAISLEY": "paisley", "BAROQUE": "paisley", "BROCADE": "paisley", "DOILEY": "paisley", "DOILY": "paisley",
    "FLORAL": "floral", "FLOWER": "floral", "FLOWERS": "floral", "ROSE": "floral", "ROSES": "floral",
    "DAISY": "floral", "SUKI": "floral", "REGENCY": "floral", "BLOSSOM": "floral", "POPPY": "floral",
    "STAR": "stars", "STARS": "stars", "SPACEBOY": "stars", "CHRISTMAS": "stars", "ROCKET": "stars",
    "HEART": "hearts", "HEARTS": "hearts", "LOVE": "hearts", "SWEETHEART": "hearts", "VALENTINE": "hearts",
    "LEAF": "leaves", "WOODLAND": "leaves", "GARDEN": "leaves", "APPLE": "leaves", "APPLES": "leaves",
    "SCANDINAVIAN": "chevron", "ZIGZAG": "chevron", "AZTEC": "chevron", "NORDIC": "chevron",
    "CERAMIC": "plain", "GLASS": "plain", "METAL": "plain", "ZINC": "plain", "SILVER": "plain", "WOODEN": "plain",
    "WICKER": "plain", "SLATE": "plain", "ENAMEL": "plain", "CRYSTAL": "plain", "SKULL": "plain",
}  # fmt: skip
"""Pattern by a word of a product's name."""

UNNAMED: tuple[str, ...] = ("plain", "polkadot", "stripes", "leaves", "floral", "chevron", "plain", "gingham")
"""Patterns for products whose names say none."""
