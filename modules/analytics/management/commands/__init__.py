"""Commands of the module."""
