"""Django's PostgreSQL backend, whose connections follow a module's data when they move to another server."""
