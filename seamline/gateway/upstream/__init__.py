"""Connections to modules: parsed, pooled, balanced and guarded. Knows requests only as bytes to send."""
