"""Migrations of the module's schema."""
