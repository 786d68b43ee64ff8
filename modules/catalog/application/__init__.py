"""The use cases of catalog, one a file."""
