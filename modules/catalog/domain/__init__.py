"""Rules of products, prices and search words. Pure: no Django, no database."""
