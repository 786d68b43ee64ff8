"""Tests of payments, alone."""
