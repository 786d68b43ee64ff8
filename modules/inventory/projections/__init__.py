"""Read models of inventory, made of its own events."""
