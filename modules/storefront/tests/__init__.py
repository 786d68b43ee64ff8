"""Tests of the storefront alone: its neighbours are fakes that keep their contracts."""
