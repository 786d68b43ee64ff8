"""The manifest of catalog: products, prices, categories and search."""

from seamline.modules import Module

module = Module(name="catalog", owner="shop")
