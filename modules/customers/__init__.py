"""Customers: sign-up, login, profiles and addresses."""
