"""Tests of the rules of payments; no database."""
