"""Seamline, a framework for Django modular monoliths that come apart at the seams.

This package imports nothing, so that plain-Python contracts can use ``seamline.contract`` without Django.
"""
