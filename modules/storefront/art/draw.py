"""Draws one picture as SVG text. Pure: the same arguments give the same bytes; it may not ask for anything else."""

from __future__ import annotations

from dataclasses import asdict
from functools import lru_cache
from string import Template

from modules.storefront.art.motifs import MOTIFS
from modules.storefront.art.palettes import PALETTES
from modules.storefront.art.patterns import TILES

VARIANTS = 12
"""Scenes a picture can be set in."""

_STITCH = 'fill="none" stroke="{colour}" stroke-width="3.2" stroke-dasharray="10 7.5" stroke-linecap="round"'
_BACKDROPS = (
    '<circle cx="200" cy="196" r="158" fill="$shape"/>',
    '<path d="M52 326V200C52 20 348 20 348 200V326Z" fill="$shape"/>',
    '<path d="M0 250C90 190 150 250 240 214C310 186 350 196 400 176V400H0Z" fill="$shape"/>',
    '<rect x="46" y="46" width="308" height="308" rx="46" fill="$shape" transform="rotate(8 200 200)"/>',
)
_TILTS = (0, -3, 3)
_SCENE = Template("""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 400 400" role="img">
<defs><pattern id="p" width="$tile" height="$tile" patternUnits="userSpaceOnUse" patternTransform="rotate($turn)">
<rect width="$tile" height="$tile" fill="$main"/>$tile_drawing</pattern></defs>
<rect width="400" height="400" fill="$ground"/>$backdrop
<ellipse cx="200" cy="330" rx="138" ry="13" fill="$shadow"/>
<g transform="rotate($tilt 200 326)">$subject</g></svg>""")


@lru_cache(maxsize=512)
def draw(*, motif: str, palette: str, pattern: str, variant: int) -> str:
    """A square picture.

    :param variant: 0 to 11; picks the backdrop and the tilt.
    :raises LookupError: no motif, palette or pattern has that name, or there is no such variant.
    """
    if not 0 <= variant < VARIANTS:
        raise LookupError(f"There is no variant {variant}: give a number from 0 to {VARIANTS - 1}.")
    tile, drawing = TILES[pattern]
    colours = asdict(PALETTES[palette])
    names = {
        **colours,
        "body": "url(#p)",
        "stitch": _STITCH.format(colour=colours["dark"] if palette == "ivory" else colours["light"]),
        "stitch_dark": _STITCH.format(colour=colours["main"] if palette != "ivory" else colours["dark"]),
    }
    tile_colours = names if palette != "ivory" else {**names, "light": colours["shadow"]}
    return _SCENE.substitute(
        **colours,
        tile=tile,
        turn=12 if pattern in ("stripes", "gingham") else 0,
        tile_drawing=Template(drawing).substitute(tile_colours),
        backdrop=Template(_BACKDROPS[variant % 4]).substitute(names),
        tilt=_TILTS[variant // 4],
        subject=Template(MOTIFS[motif]).substitute(names),
    )
