"""How payments keeps its books, and the adapters of payment providers."""
