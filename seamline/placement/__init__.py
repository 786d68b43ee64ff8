"""The process move: which deployable serves a module is a record that can be changed while everything runs.

The hub goes on being able to host a module that is placed at a service: both answer from the same data, so whoever is
asked is right, and a service that is away costs nothing. Import from the files: rooms that are on the path of each call
need ``here`` alone, and may not load the rest with it.
"""
