"""Orders: carts, the checkout saga and orders."""
