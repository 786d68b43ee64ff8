"""Forms: they turn text into values and show what was wrong next to its field. Rules belong to the modules called."""
