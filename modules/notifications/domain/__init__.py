"""The rules of mail: no Django, no database."""
