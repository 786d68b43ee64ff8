"""Placements over HTTP, for operators' programs: ``/api/v1/operations/placement``."""
