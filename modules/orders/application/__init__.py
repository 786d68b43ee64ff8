"""The use cases of orders, one a file."""
