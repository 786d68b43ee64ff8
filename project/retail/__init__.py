"""Loads a file of retail invoice lines into the shop, through the modules' contracts alone.

``source`` reads rows, ``lines`` parses them, ``classify`` says what each is, ``book`` groups them into invoices,
``products`` and ``convert`` make the contracts' values, ``importer`` sends them. Only ``importer`` calls the modules.
"""
