"""The plain fallback: a deployable that is a door passes requests for modules hosted elsewhere on to them."""
