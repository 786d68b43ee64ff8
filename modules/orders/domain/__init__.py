"""The rules of carts and orders: no Django, no database."""
