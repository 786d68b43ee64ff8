"""The manifest of notifications: the mail that events cause."""

from seamline.modules import Module

module = Module(name="notifications", owner="shop")
