"""Payments: cards, authorisations, captures and refunds."""
