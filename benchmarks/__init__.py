"""Speed, measured by commands that print ratios against a named peer or floor of the same run."""
