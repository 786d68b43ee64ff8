"""The rules: months, revenue, retention, pairs. Pure; they may not know where history is kept."""
