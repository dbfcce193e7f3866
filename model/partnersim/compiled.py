"""The one decorator that compiles a function and keeps the machine code between processes.

Numba's own cache notices an edit only in the file of the function itself, so an edit to an inner rule would go
unseen, and it fails where neither the package nor the home folder can be written. Here the cache folder is named by
a digest of every engine source (and of Numba, numpy, Python and the bounds check), so an edit opens a new folder, and a
read-only home falls back to a temporary folder, then to no cache at all.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import numba
import numpy
from numba import config, njit
from numba.extending import register_jitable

F = TypeVar("F", bound=Callable)

HERE = Path(__file__).resolve().parent
KEEP = 4
"""Number of cache folders of other source versions that are left in place."""


def engine_files() -> list[Path]:
    """Source files whose text decides the machine code, in a fixed order."""
    rooms = ("compiled", "randomness", "choice", "channels", "folding", "kinds", "columns", "world", "ledger", "month")
    files = [HERE / f"{room}.py" for room in rooms]
    return files + sorted((HERE / "rules").glob("*.py")) + sorted((HERE / "population").glob("*.py"))


def digest() -> str:
    """Sixteen hexadecimal digits that change when the compiled code could."""
    versions = f"{numba.__version__} {numpy.__version__} {sys.version_info[:2]} {config.BOUNDSCHECK}"
    h = hashlib.sha256(versions.encode())
    for path in engine_files():
        h.update(path.name.encode())
        h.update(path.read_bytes())
    return h.hexdigest()[:16]


def _cache_roots() -> list[Path]:
    named = os.environ.get("PARTNERSIM_CACHE")
    home = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
    roots = [Path(named)] if named else []
    return [*roots, Path(home) / "partnersim", Path(tempfile.gettempdir()) / f"partnersim-{os.getuid()}"]


def _cache_folder() -> str | None:
    """The folder for this digest in the first place that can be written, else None."""
    name = digest()
    for root in _cache_roots():
        folder = root / name
        try:
            folder.mkdir(parents=True, exist_ok=True)
            os.utime(folder)
            with tempfile.TemporaryFile(dir=folder):
                pass
        except OSError:
            continue
        _forget_old(root, name)
        return str(folder)
    return None


def _forget_old(root: Path, name: str) -> None:
    others = [p for p in root.iterdir() if p.is_dir() and p.name != name]
    others.sort(key=lambda p: p.stat().st_mtime, reverse=True)
    for old in others[KEEP:]:
        shutil.rmtree(old, ignore_errors=True)


IS_COMPILED = not config.DISABLE_JIT
FOLDER = _cache_folder() if IS_COMPILED else None


def is_warm() -> bool:
    """True when machine code of this very source is already on disk."""
    return FOLDER is not None and any(Path(FOLDER).rglob("*.nbi"))


def compiled(function: F) -> F:
    """Mark ``function`` as usable by compiled functions, which compile it with themselves.

    Called from Python it stays the plain Python function, so a single rule can be read, stepped through and tested as
    it is written. Strict floating-point arithmetic either way. Always inlined: the world is a hundred words, too many to
    hand on at each call, and with the caller's constants in sight much of a small rule need not be computed.
    """
    return register_jitable(forceinline=True)(function)


def entry(function: F) -> F:
    """Compile ``function`` for calls from Python, without the interpreter's lock, and keep its machine code."""
    before = config.CACHE_DIR
    config.CACHE_DIR = FOLDER or before
    try:
        return njit(nogil=True, cache=FOLDER is not None, no_cfunc_wrapper=True, _nrt=False, error_model="numpy")(function)
    finally:
        config.CACHE_DIR = before
