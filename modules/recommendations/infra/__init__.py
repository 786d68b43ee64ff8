"""Reading what lies outside the module's tables."""
