"""Contracts over time: what was released, and whether today's code still talks to it."""
