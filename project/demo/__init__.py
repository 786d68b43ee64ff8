"""The shop's own small data set and logins, for a clone that has no real data. Products and people are invented."""
