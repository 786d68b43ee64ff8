"""Text can be read on its ground in light and dark, and nothing is fetched from elsewhere."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent.parent
BASE = (HERE / "static" / "storefront" / "base.css").read_text()
ENOUGH = 4.5
"""WCAG AA for text of ordinary size."""

PAIRS = [
    ("ink", "paper"),
    ("ink", "sheet"),
    ("ink", "sunk"),
    ("ink", "gold-soft"),
    ("ink", "leaf-soft"),
    ("ink", "thread-soft"),
    ("soft", "paper"),
    ("soft", "sheet"),
    ("soft", "sunk"),
    ("green", "paper"),
    ("green", "sheet"),
    ("green", "leaf-soft"),
    ("on-green", "green"),
    ("thread", "paper"),
    ("thread", "sunk"),
    ("thread", "thread-soft"),
    ("sheet", "thread"),
]


def tokens(scheme: str) -> dict[str, str]:
    light, dark = BASE.split("@media (prefers-color-scheme: dark)", 1)
    found = dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", light))
    return found if scheme == "light" else {**found, **dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", dark))}


def luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("text", "ground"), PAIRS)
def test_text_stands_out_from_its_ground(scheme: str, text: str, ground: str) -> None:
    colours = tokens(scheme)
    assert contrast(colours[text], colours[ground]) >= ENOUGH


def test_the_measure_of_contrast_tells_grey_on_grey_from_black_on_white() -> None:
    assert contrast("#777777", "#888888") < ENOUGH
    assert contrast("#000000", "#ffffff") == pytest.approx(21)


@pytest.mark.parametrize("path", sorted((HERE / "static").rglob("*.*")), ids=lambda path: path.name)
def test_static_files_fetch_nothing_from_elsewhere(path: Path) -> None:
    text = path.read_text().replace('xmlns="http://www.w3.org/2000/svg"', "")
    assert not re.search(r"(https?:)?//[a-z]+\.|@import|url\(", text)


@pytest.mark.parametrize("path", sorted((HERE / "templates").rglob("*.html")), ids=lambda path: path.name)
def test_templates_load_only_the_shops_own_files_and_hold_no_script_or_style(path: Path) -> None:
    text = path.read_text()
    assert not re.search(r'(src|action)="(https?:)?//', text)
    assert not re.search(r"<link[^>]+https?:", text)
    assert not re.search(r"<script(?![^>]* src=)|<style|\sstyle=|\son[a-z]+=", text)
