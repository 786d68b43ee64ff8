"""Rules for carts: what fits in, what stays when two become one. Pure: lines in, lines out."""

from __future__ import annotations

from collections.abc import Iterable

from contracts.kernel import Sku
from contracts.orders import CartLine, InvalidQuantity

LARGEST_QUANTITY = 1000
"""Units of one product in a cart."""
MOST_LINES = 100

Lines = tuple[CartLine, ...]


def with_added(lines: Lines, *, sku: Sku, quantity: int) -> Lines:
    """The lines with so many more units of a product; a new product comes last.

    :raises InvalidQuantity: the quantity or the sum is not between 1 and 1000, or the cart has 100 lines already.
    """
    _check(sku=sku, quantity=quantity, least=1)
    held = next((line.quantity for line in lines if line.sku == sku), 0)
    _check(sku=sku, quantity=held + quantity, least=1)
    if held:
        return _replaced(lines, sku=sku, quantity=held + quantity)
    if len(lines) >= MOST_LINES:
        raise InvalidQuantity(sku=sku, quantity=quantity, largest=LARGEST_QUANTITY)
    return (*lines, CartLine(sku=sku, quantity=quantity))


def with_changed(lines: Lines, *, sku: Sku, quantity: int) -> Lines:
    """The lines with so many units of a product that is among them; 0 takes it out. Of others, nothing is put in.

    :raises InvalidQuantity: the quantity is not between 0 and 1000.
    """
    _check(sku=sku, quantity=quantity, least=0)
    if quantity == 0:
        return tuple(line for line in lines if line.sku != sku)
    return _replaced(lines, sku=sku, quantity=quantity)


def merged(source: Lines, target: Lines, *, most_lines: int = MOST_LINES) -> tuple[Lines, Lines]:
    """Target with the source's lines behind its own, and what found no room and stays in the source.

    Where both hold a product, the larger quantity stays.
    """
    quantities = {line.sku: line.quantity for line in target}
    left = []
    for line in source:
        if line.sku in quantities:
            quantities[line.sku] = max(quantities[line.sku], line.quantity)
        elif len(quantities) < most_lines:
            quantities[line.sku] = line.quantity
        else:
            left.append(line)
    return tuple(CartLine(sku=sku, quantity=quantity) for sku, quantity in quantities.items()), tuple(left)


def given_back(lines: Lines, bought: Iterable[CartLine]) -> Lines:
    """The lines with those of a rejected order in it again. Nothing is left out, whatever was put in meanwhile."""
    together, _ = merged(tuple(bought), lines, most_lines=len(lines) + MOST_LINES)
    return together


def _replaced(lines: Lines, *, sku: Sku, quantity: int) -> Lines:
    return tuple(CartLine(sku=sku, quantity=quantity) if line.sku == sku else line for line in lines)


def _check(*, sku: Sku, quantity: int, least: int) -> None:
    if not least <= quantity <= LARGEST_QUANTITY:
        raise InvalidQuantity(sku=sku, quantity=quantity, largest=LARGEST_QUANTITY)
