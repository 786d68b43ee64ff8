"""The shop as a customer sees it: a real browser against the real deployable."""
