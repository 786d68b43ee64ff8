"""The checkout through all modules: races, crashes, and how few statements it needs."""
