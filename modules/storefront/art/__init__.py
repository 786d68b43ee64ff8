"""Pictures of products, drawn: the shop's data has no photographs, so each product gets an illustration of its own.

What a product's name says (a bag, red, spotted) picks the subject, the colours and the pattern; its stock code picks
the rest. A picture is a pure function of its address, so it can be cached for ever. This package calls nobody.
"""

from modules.storefront.art.choose import Picture, picture_of
from modules.storefront.art.draw import draw

__all__ = ["Picture", "draw", "picture_of"]
