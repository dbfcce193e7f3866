"""What made a result: the model's sources, the libraries, the commit."""

from __future__ import annotations

import functools
import hashlib
import subprocess
from collections.abc import Sequence
from importlib import metadata
from pathlib import Path
from typing import Any

PACKAGES = ("numpy", "numba", "pandas", "pyarrow", "scipy", "matplotlib")


def engine_digest() -> str:
    """Sixteen hexadecimal digits that change when a run could: sources of engine and scenario reading, Numba, NumPy, Python."""
    from partnersim import compiled

    return _digest_of(_beside_the_engine(), compiled.digest())


def model_digest() -> str:
    """Sixteen hexadecimal digits of the same sources alone: the model's version, whatever it runs on."""
    from partnersim import compiled

    return _digest_of([*compiled.engine_files(), *_beside_the_engine()])


def _beside_the_engine() -> list[Path]:
    from partnersim import compiled

    files = [compiled.HERE / f"{room}.py" for room in ("simulate", "policy", "outcomes")]
    return [*files, *sorted((compiled.HERE / "scenario").glob("*.py"))]


def _digest_of(files: Sequence[Path], begun: str = "") -> str:
    h = hashlib.sha256(begun.encode())
    for path in files:
        h.update(path.read_bytes())
    return h.hexdigest()[:16]


@functools.cache
def versions() -> dict[str, str]:
    """Versions of the libraries that make results and figures."""
    return {name: metadata.version(name) for name in PACKAGES}


@functools.cache
def git_state() -> dict[str, Any] | None:
    """Commit of the model's sources and whether they differ from it; None where they are no working copy."""
    here = Path(__file__).resolve().parent

    def git(*words: str) -> str:
        return subprocess.run(["git", *words], cwd=here, capture_output=True, text=True, check=True, timeout=10).stdout.strip()

    try:
        return {"commit": git("rev-parse", "HEAD"), "changed": bool(git("status", "--porcelain", "--", "."))}
    except (OSError, subprocess.SubprocessError):
        return None
