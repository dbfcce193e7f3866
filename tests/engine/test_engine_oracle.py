"""The engine gives the same bytes compiled and uncompiled, and with compiled bounds checks it stays inside its arrays."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path

SCRIPT = """
import hashlib
from worlds import fields, laboratory
from partnersim import simulate
lab = laboratory("all-three", 6, burn_in=6)
world = simulate.run_one(lab, lab.settled(3))
digest = hashlib.sha256()
for _, values in fields(world):
    digest.update(values.tobytes())
outcomes = simulate.outcomes_of(world, 6)
print(digest.hexdigest(), hashlib.sha256(repr(outcomes).encode()).hexdigest(), int(world.system["n_live"][0]))
"""


def run(**settings: str) -> list[str]:
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1]), **settings}
    done = subprocess.run([sys.executable, "-W", "error", "-c", SCRIPT], env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


def test_uncompiled_gives_the_same_bytes() -> None:
    """A failure means that compiled results are not those of the rules as written."""
    compiled, plain = run(), run(NUMBA_DISABLE_JIT="1")
    assert int(plain[2]) > 0
    assert compiled == plain


def test_an_edit_changes_the_name_of_the_cache(tmp_path: Path) -> None:
    """A failure means that an edited rule could go unseen by the next process."""
    from partnersim import compiled

    files = compiled.engine_files()
    assert any(path.name == "screening.py" for path in files)
    before = compiled.digest()
    copy = tmp_path / "screening.py"
    source = next(path for path in files if path.name == "screening.py")
    copy.write_text(source.read_text() + "\n# edited\n")
    edited = [copy if path == source else path for path in files]
    assert hashlib.sha256(copy.read_bytes()).digest() != hashlib.sha256(source.read_bytes()).digest()
    compiled_files, compiled.engine_files = compiled.engine_files, lambda: edited
    try:
        assert compiled.digest() != before
    finally:
        compiled.engine_files = compiled_files
