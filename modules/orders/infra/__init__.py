"""How orders reads and writes its tables."""
