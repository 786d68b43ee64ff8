"""Tests of the storefront's composition."""
