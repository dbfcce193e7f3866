"""Templates and files that pages are made of."""

from __future__ import annotations

import functools
import hashlib
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined

HERE = Path(__file__).resolve().parent


@functools.cache
def _environment() -> Environment:
    loader = PackageLoader("partnersim.app", "templates")
    return Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)


def rendered(template: str, **values: object) -> str:
    """A template of ``templates/``, with everything escaped."""
    return _environment().get_template(template).render(**values)


@functools.cache
def static_version() -> str:
    """Changes with the files of ``static/``, so that browsers ask for new ones."""
    content = b"".join(path.read_bytes() for path in sorted((HERE / "static").iterdir()))
    return hashlib.sha256(content).hexdigest()[:12]
