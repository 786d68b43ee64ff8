"""The HTTP client of calls between deployables. It knows no contract."""
