"""The few words of SVG that charts are made of. Every text and attribute is escaped; colours are classes of the page.

Each chart is drawn twice, for wide pages and for telephones, so that its letters are of one size on both: the page
shows the one that fits and hides the other from everybody.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

WIDE = 760
NARROW = 340


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """One chart in both widths."""

    wide: SafeString
    narrow: SafeString


def in_both_widths(draw: Callable[[int], SafeString]) -> Chart:
    """Draw a chart for wide pages and for telephones.

    :param draw: gets the width and answers the drawing.
    """
    return Chart(wide=draw(WIDE), narrow=draw(NARROW))


def drawing(parts: Iterable[SafeString], *, width: int, height: int, label: str) -> SafeString:
    """The whole picture; ``label`` says in words what it shows."""
    return element(
        "svg",
        parts,
        viewBox=f"0 0 {width} {height}",
        width=width,
        height=height,
        role="img",
        aria_label=label,
        class_="drawing",
    )


def element(name: str, parts: Iterable[SafeString] = (), /, **attributes: object) -> SafeString:
    """An element; ``class_`` and ``aria_label`` stand for ``class`` and ``aria-label``, floats get one decimal."""
    written = "".join(f' {_name(key)}="{escape(_value(value))}"' for key, value in attributes.items())
    return mark_safe(f"<{name}{written}>{''.join(parts)}</{name}>")  # noqa: S308 - every value is escaped above


def text(words: str, *, x: float, y: float, anchor: str = "start", kind: str = "words") -> SafeString:
    """Words that begin, end or have their middle at a point."""
    return element("text", (escape(words),), x=x, y=y, text_anchor=anchor, class_=kind)


def titled(shape: str, title: str, **attributes: object) -> SafeString:
    """A shape that says its value when it is pointed at."""
    return element(shape, (element("title", (escape(title),)),), **attributes)


def _name(key: str) -> str:
    if key.startswith(("aria_", "text_", "stroke_")):
        return key.replace("_", "-")
    return key.rstrip("_")


def _value(value: object) -> str:
    return f"{value:.1f}" if isinstance(value, float) else str(value)
