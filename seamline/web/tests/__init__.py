"""Tests of the room; they mirror its files."""
