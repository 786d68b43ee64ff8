"""Who a request comes from, found out once at the door and carried inside as a signed, short-lived token."""
