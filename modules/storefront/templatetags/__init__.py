"""Filters and tags of the shop's templates."""
