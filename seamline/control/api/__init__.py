"""The control of calls over HTTP, for operators' programs: ``/api/v1/operations/``."""
