"""Carving a module out of the running monolith, and folding it back: its data move, then its calls."""
