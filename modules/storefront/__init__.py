"""Storefront: the HTML shop and its read models."""
