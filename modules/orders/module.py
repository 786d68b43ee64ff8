"""The manifest of orders: carts, the checkout saga and orders."""

from seamline.modules import Module

module = Module(name="orders", owner="shop")
