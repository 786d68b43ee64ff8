"""Before a cutover, a share of a module's queries is asked at the target too, and differing answers are reported."""
