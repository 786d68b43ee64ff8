"""What keeps a sick callee from taking its callers down: breaker, bulkhead, retry, hedge, rate limit. Pure Python."""
