"""The auditor: a module that writes a row for each delivery, and would notice any that is lost, doubled or early."""
