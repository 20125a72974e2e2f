"""Wharf, the terminal program with which a person runs Docker from the keyboard."""

__version__ = "0.1.0"
