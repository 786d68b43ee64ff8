"""One use case a file, named like the operation of the contract that it carries out."""
