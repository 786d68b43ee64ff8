"""Views: read the request, call a composition or a command, answer a page or a redirect. Nothing else."""
