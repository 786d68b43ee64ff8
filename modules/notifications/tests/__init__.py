"""Tests of notifications, alone."""
