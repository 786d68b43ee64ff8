"""Which instances of a module run, and which of them the next call goes to."""
