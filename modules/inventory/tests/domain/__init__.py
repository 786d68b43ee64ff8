"""Tests of the rules of stock; no database."""
