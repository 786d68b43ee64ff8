"""Chooses a picture for a product from the words of its name; its stock code decides what the name leaves open."""

from __future__ import annotations

import re
from dataclasses import dataclass
from hashlib import blake2b

from modules.storefront.art import palettes, patterns
from modules.storefront.art.draw import VARIANTS
from modules.storefront.art.words import BY_PHRASE, CATEGORY_WORDS, UNNAMED

_WORD = re.compile(r"[A-Z0-9][A-Z0-9'-]*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """Names the parts of a picture; ``path`` is its address below the art view."""

    motif: str
    palette: str
    pattern: str
    variant: int

    @property
    def path(self) -> str:
        return f"{self.motif}-{self.palette}-{self.pattern}-{self.variant}"


def picture_of(*, name: str, sku: str, category: str = "") -> Picture:
    """The picture of a product; the same for the same product, on every page and every day."""
    words = _WORD.findall(name.upper())
    seed = blake2b(sku.encode(), digest_size=4).digest()
    return Picture(
        motif=_motif(words, category, seed[0]),
        palette=_first(words, palettes.NAMED_COLOURS) or palettes.UNNAMED[seed[1] % len(palettes.UNNAMED)],
        pattern=_first(words, patterns.NAMED_PATTERNS) or patterns.UNNAMED[seed[2] % len(patterns.UNNAMED)],
        variant=seed[3] % VARIANTS,
    )


def _first(words: list[str], names: dict[str, str]) -> str:
    return next((names[word] for word in words if word in names), "")


def _motif(words: list[str], category: str, seed: int) -> str:
    text = f" {' '.join(words)} "
    for phrase, motif in BY_PHRASE:
        if phrase in text:
            return motif
    for word, motifs in CATEGORY_WORDS:
        if word in category:
            return motifs[seed % len(motifs)]
    return UNNAMED[seed % len(UNNAMED)]
