"""Between the tables and the values of ``domain/``."""
