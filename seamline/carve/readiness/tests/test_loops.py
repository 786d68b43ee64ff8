"""Calls in loops are found wherever a loop can be written, and only there."""

from __future__ import annotations

from pathlib import Path

import pytest

from seamline.carve.readiness.loops import sites_in

IN_LOOPS = {
    "for": "for each in things:\n    use(Orders).order(order_id=each)",
    "while": "while more():\n    use(Orders).order(order_id=1)",
    "while condition": "while use(Orders).order(order_id=1):\n    pass",
    "list": "found = [use(Orders).order(order_id=each) for each in things]",
    "dictionary": "found = {each: use(Orders).order(order_id=each) for each in things}",
    "generator": "found = any(use(Orders).order(order_id=each) for each in things)",
    "condition of a comprehension": "found = [each for each in things if use(Orders).order(order_id=each)]",
    "client in a name": "orders = use(Orders, timeout=1)\nfor each in things:\n    orders.order(order_id=each)",
    "through a function": "def one(each):\n    return use(Orders).order(order_id=each)\n"
    "for each in things:\n    one(each)",
    "deep": "for each in things:\n    if each:\n        with lock:\n            use(Orders).order(order_id=each)",
}
OUTSIDE = {
    "plain": "use(Orders).order(order_id=1)",
    "what a loop goes over": "for each in use(Orders).orders():\n    print(each)",
    "what a comprehension goes over": "found = [each for each in use(Orders).orders()]",
    "function that a loop defines": "for each in things:\n    def later():\n"
    "        return use(Orders).order(order_id=1)",
    "after a loop": "for each in things:\n    pass\nelse:\n    use(Orders).order(order_id=1)",
}


@pytest.mark.parametrize("code", IN_LOOPS.values(), ids=IN_LOOPS)
def test_call_in_a_loop_is_found_with_its_line(code: str) -> None:
    found = [site for site in sites_in(code, path=Path("some.py")) if site.in_loop]
    assert [(site.contract, site.operation) for site in found] == [("Orders", "order")]
    assert "order" in code.splitlines()[found[0].line - 1] or found[0].through == "one"


@pytest.mark.parametrize("code", OUTSIDE.values(), ids=OUTSIDE)
def test_call_outside_of_loops_is_counted_and_not_blamed(code: str) -> None:
    found = list(sites_in(code, path=Path("some.py")))
    assert len(found) == 1
    assert not found[0].in_loop


def test_other_calls_in_loops_are_nobodys_business() -> None:
    assert list(sites_in("for each in things:\n    each.order(1)\n    order(2)", path=Path("some.py"))) == []
