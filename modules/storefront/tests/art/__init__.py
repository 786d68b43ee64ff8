"""Tests of the storefront's art."""
