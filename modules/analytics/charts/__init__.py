"""Charts as SVG, drawn on the server: no script, no file from elsewhere."""
