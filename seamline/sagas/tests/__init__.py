"""Tests of sagas."""
