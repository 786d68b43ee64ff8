"""The manifest of payments: cards, authorisations, captures and refunds."""

from seamline.modules import Module

module = Module(name="payments", owner="shop")
