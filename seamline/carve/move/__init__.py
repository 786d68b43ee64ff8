"""The database move: a module's schema goes to another PostgreSQL server under traffic, and comes back the same way."""
