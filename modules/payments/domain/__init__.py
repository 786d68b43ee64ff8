"""The rules of payments: no Django, no database, no provider."""
