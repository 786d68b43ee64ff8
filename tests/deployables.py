"""Real deployables for tests: started with the product's own commands, asked over HTTP, bought from.

Whoever starts one ends it. This file may not look into a database.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import urllib.error
import urllib.request
import uuid
from pathlib import Path
from typing import Any

from seamline.testing import wait_until

ROOT = Path(__file__).resolve().parent.parent
SHIP_TO = {"name": "Ada", "line1": "1 Road", "city": "Town", "postcode": "SW1A 1AA", "country": "United Kingdom"}
CARD = {"number": "4242424242424242", "expiry_month": 12, "expiry_year": 2035, "security_code": "123"}
SECRET = "for this test alone"


def answers(address: str, process: subprocess.Popen[bytes], *, path: str = "/health/ready") -> bool:
    """Whether the deployable says that it can serve.

    :raises AssertionError: its process has ended.
    """
    assert process.poll() is None, "The deployable has ended; what it wrote is above."
    try:
        with urllib.request.urlopen(f"{address}{path}", timeout=5) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def ask(address: str, path: str, body: dict[str, Any] | None = None, **headers: str) -> Any:
    """What the API answers."""
    request = urllib.request.Request(
        f"{address}/api/v1/{path}",
        data=None if body is None else json.dumps(body).encode(),
        headers={"Content-Type": "application/json", **headers},
    )
    with urllib.request.urlopen(request, timeout=20) as answer:
        return json.load(answer)


def some_skus(shop: str) -> list[str]:
    """Products that can be bought."""
    products = ask(shop, "catalog/products/")["results"]
    return [product["sku"] for product in products if product.get("available", True)]


def buy(shop: str) -> str:
    """The id of a new order of one product."""
    cart = str(uuid.uuid4())
    ask(shop, f"orders/carts/{cart}/lines/", {"sku": some_skus(shop)[0], "quantity": 1})
    token = ask(shop, "payments/cards/", CARD)["token"]
    order = {"cart_id": cart, "email": "ada@example.com", "ship_to": SHIP_TO, "payment_method": token}
    return str(wait_until(lambda: _ordered(shop, order, key=cart), what="an answer to the order")["order_id"])


def _ordered(shop: str, order: dict[str, Any], *, key: str) -> Any:
    """The answer; None where the client should ask again with the same key, as one that was just started is slow."""
    try:
        return ask(shop, "orders/orders/", order, **{"Idempotency-Key": key})
    except urllib.error.HTTPError as error:
        if error.code in (503, 504):
            return None
        raise


def project_copy(folder: Path) -> Path:
    """The project with a ``.seamline/`` of its own, where embedded servers can be made and killed."""
    root = folder / "shop"
    root.mkdir()
    shutil.copy(ROOT / "manage.py", root)
    shutil.copytree(ROOT / "project", root / "project", ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("seamline", "contracts", "modules"):
        (root / name).symlink_to(ROOT / name)
    return root
