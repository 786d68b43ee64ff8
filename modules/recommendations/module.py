"""The manifest of recommendations: what customers who bought this also bought."""

from seamline.modules import Module

module = Module(name="recommendations", owner="shop")
