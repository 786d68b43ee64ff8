"""The storefront's HTTP API, below ``/api/v1/storefront/``: answers composed of several modules."""
