"""``python -m benchmarks.events``: events against Celery, procrastinate, modupy and bare SQL. See ``__main__``."""
