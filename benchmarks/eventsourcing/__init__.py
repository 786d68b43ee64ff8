"""Event sourcing against the library ``eventsourcing`` and against bare SQL, on one PostgreSQL in one run."""
