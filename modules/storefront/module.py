"""The manifest of storefront: the HTML shop and its read models."""

from seamline.modules import Module

module = Module(name="storefront", owner="shop")
