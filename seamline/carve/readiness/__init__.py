"""Is a module ready to be carved? Findings with file and line or a measured figure, and a score. Nothing is changed."""
