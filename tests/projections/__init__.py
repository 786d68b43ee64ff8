"""The shop's projections on the real logs of the modules that they read."""
