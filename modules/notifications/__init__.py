"""Notifications: the mail that events cause."""
