"""Moleculer beside Seamline, each in its own language, in one run: ``python -m benchmarks.moleculer``."""
