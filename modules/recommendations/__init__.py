"""Recommendations: what customers who bought this also bought."""
