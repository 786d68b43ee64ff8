"""The use cases, one a file. The service, handlers, jobs, API and commands call them and add nothing."""
