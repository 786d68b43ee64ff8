"""The HTTP API of catalog."""
