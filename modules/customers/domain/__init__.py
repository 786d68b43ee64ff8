"""Rules of e-mail addresses, names and postal addresses. Pure: no Django, no database."""
