"""Traces, logs and measures of calls across hops."""
