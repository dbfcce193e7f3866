"""What a user can get wrong, as one kind of error, so that a command line can tell it from a fault of the program."""

from __future__ import annotations


class Mistake(Exception):
    """Something asked that cannot be done as asked: what, where and what is allowed, said in sentences."""
