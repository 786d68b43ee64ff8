"""Operators' run-time control of calls: overrides, faults, and the breakers of a host group as one truth."""
