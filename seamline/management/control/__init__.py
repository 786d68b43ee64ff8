"""What ``manage.py breakers`` and ``manage.py faults`` share."""
