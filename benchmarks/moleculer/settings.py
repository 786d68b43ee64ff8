"""The project's settings with the compositions of this benchmark, for the gateway's process alone."""

from project.settings import *  # noqa: F403 - these are the project's settings

SEAMLINE_COMPOSITIONS = "benchmarks.moleculer.pages"
