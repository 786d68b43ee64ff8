"""The module's HTTP API, below ``/api/v1/analytics/``."""
