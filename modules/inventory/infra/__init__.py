"""How inventory reads and writes its tables."""
