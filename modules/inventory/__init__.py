"""Inventory: stock on hand and reservations."""
