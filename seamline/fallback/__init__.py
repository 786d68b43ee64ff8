"""Paths of modules that live elsewhere, served by a plain proxy where no gateway stands in front."""
