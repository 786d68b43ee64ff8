"""The soak: buyers, and everything that can be killed is killed; then the books must agree to the last event."""
