"""Read models of analytics that only add up: their rows follow from the orders' events alone."""
