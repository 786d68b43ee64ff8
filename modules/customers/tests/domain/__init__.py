"""Tests of the rules alone: no database."""
