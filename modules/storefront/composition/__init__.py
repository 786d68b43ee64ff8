"""What each page is made of: calls to other modules, brought together. What a page can do without has a fallback."""
