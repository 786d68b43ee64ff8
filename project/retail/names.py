"""Readable spelling of the file's capitals, and which descriptions are no names but stock-takers' remarks. Pure.

Words and their spelling stay as the file has them; case and blanks alone are changed.
"""

from __future__ import annotations

import re


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_SMALL = _words("a and at by de des du en et for from in la le les of on or the to w with")
_ACRONYMS = _words("3D ABC BBQ CD CRUK DIY DVD LED MDF MP3 PC TV UFO UK USA USB VIP WC XL")
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_UNIT = re.compile(r"(\d)(CM|MM|G|KG|ML|PC|PCS|W)(?![A-Z])", re.IGNORECASE)
_MEASURE = re.compile(r"[\d.,]+(?:CM|MM)?X[\d.,X]+(?:CM|MM)?(?:X[\d.,]+(?:CM|MM)?)?", re.IGNORECASE)
_DECADE = re.compile(r"(\d')S\b")
_BLANK_BEFORE_COMMA = re.compile(r"\s+,")
_COMMA_BEFORE_WORD = re.compile(r",(?=[^\W\d_])")
_REMARK = re.compile(
    r"\?|^(adjust|allocate|amazon|barcode|bad quality|broken|came coded|can't find|check|code mix|coding|counted"
    r"|cracked|crushed|damage|dagamed|did|display|dotcom|ebay|entry error|faulty|for online|found|fba|given away"
    r"|had been|historic|incorrect|invcd|in ?correct|label mix|lost|mailout|missing|mix up|mouldy|mystery|nan$|not rcvd"
    r"|off|oops|on cargo|poor quality|printing smudges|rcvd|re-?adjust|returned|reverse|rusty|samples?$|showroom"
    r"|smashed|sold (as|in|with)|stock|taig|temp|test$|throw|to push|unsale|water|website|wet|wrong)",
    re.IGNORECASE,
)


def is_remark(description: str) -> bool:
    """Whether a description names nothing: empty, a stock-taker's remark such as "damages", "lost" or "?"."""
    letters = sum(character.isalpha() for character in description)
    return letters < 3 or description.islower() or (not description.isupper() and bool(_REMARK.search(description)))


def readable_name(description: str) -> str:
    """``WHITE HANGING HEART T-LIGHT HOLDER`` becomes ``White Hanging Heart T-Light Holder``."""
    text = _COMMA_BEFORE_WORD.sub(", ", _BLANK_BEFORE_COMMA.sub(",", description.strip(" *,")))
    if text.count(".") == 1:
        text = text.rstrip(".")
    return " ".join(_readable_word(word, first=not place) for place, word in enumerate(text.split()))


def _readable_word(word: str, *, first: bool) -> str:
    bare = word.strip(".,()").upper()
    if bare in _ACRONYMS:
        return word.upper()
    if _MEASURE.fullmatch(bare):
        return word.lower()
    if bare.casefold() in _SMALL and not first:
        return word.lower()
    capitalised = _WORD.sub(lambda match: match[0].capitalize(), word)
    return _DECADE.sub(r"\1s", _UNIT.sub(lambda match: match[1] + match[2].lower(), capitalised))
