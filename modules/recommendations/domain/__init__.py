"""The rules of recommendations: what is learned from baskets and how it is ranked. No Django, no database."""
