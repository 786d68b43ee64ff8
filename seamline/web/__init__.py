"""What every module's API shares: who asks, errors as problem+json, pages, throttles. It knows no module."""
