"""Tests across modules, of the whole deployable."""
