"""The manifest of inventory: stock on hand and reservations."""

from seamline.modules import Module

module = Module(name="inventory", owner="shop")
