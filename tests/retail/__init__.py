"""Tests of the retail loader."""
