"""The shop's contracts: one file a module, readable as its documentation. Plain Python, no Django."""
