"""The rules of stock: no Django, no database."""
