"""The framework's tables that belong to no module: in the schema ``platform``, on the alias ``default``."""
