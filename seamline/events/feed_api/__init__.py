"""The server of the feed: hosted logs over signed HTTP, for subscribers in other deployables."""
