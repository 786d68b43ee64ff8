"""How catalog stores and finds its products."""
