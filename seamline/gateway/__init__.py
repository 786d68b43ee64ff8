"""The front door: a lean process that routes, authenticates, limits, proxies and composes."""
