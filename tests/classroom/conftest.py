"""A class to test with."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from classes import Class


@pytest.fixture
def klass(tmp_path) -> Iterator[Class]:
    """A class without sessions."""
    it = Class(tmp_path / "class.sqlite")
    yield it
    it.book.close()
