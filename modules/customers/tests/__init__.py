"""Tests of customers, booted alone."""
