"""A module's code leaves the repository: a stand-alone one is written for it, and the monolith's shrinks.

Nothing of a running system is touched here, only files. This package may not know a project's modules or its wiring.
"""
