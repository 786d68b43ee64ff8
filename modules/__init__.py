"""The shop's bounded contexts. Each imports contracts and seamline alone, never another module."""
