"""Tests of catalog, booted alone."""
