"""Read models of the shop window, each made of events alone."""
