"""The manifest of customers: sign-up, login, profiles and addresses."""

from seamline.modules import Module

module = Module(name="customers", owner="shop")
