"""What can go wrong with the embedded server, each said in one line with the remedy. No behaviour lives here."""

from __future__ import annotations


class EmbeddedServerError(Exception):
    """The embedded server cannot do what was asked; the text is one line that ends with what to do next."""


class StaleDataDirectory(EmbeddedServerError):
    """The data directory was written by another major version of PostgreSQL, or is damaged."""


class NoServerBinaries(EmbeddedServerError):
    """No PostgreSQL that runs here was found."""
