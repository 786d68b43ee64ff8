"""The smallest project that runs django-oscar's own checkout, unchanged, on the same PostgreSQL server; a peer only."""
