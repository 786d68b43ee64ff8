"""Tests of inventory, alone."""
