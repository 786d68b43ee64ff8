"""Tests of the storefront's views."""
