"""The use cases of customers, one a file."""
