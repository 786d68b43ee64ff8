"""Analytics: what the orders' history says: revenue by month, which customers stay, what is bought together."""
