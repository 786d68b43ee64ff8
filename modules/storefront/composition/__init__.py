"""What each page is made of: calls to other modules, brought together. Where a page can do without, there is a fallback."""
