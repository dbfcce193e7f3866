"""An edited rule is seen by the next process, though machine code is kept between processes."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import partnersim

SCRIPT = """
import numpy as np
from partnersim import compiled, month
from partnersim.population.build import param_record
from partnersim.scenario import load_parameters
from partnersim.columns import CHANNEL_DTYPE, DTYPES, SERIES_DTYPE, system_dtype
from partnersim.kinds import FIRST_STATE
from partnersim.world import World

param = param_record({name: p.value for name, p in load_parameters().items()})
kinds = {kind: np.zeros(1, DTYPES[kind]) for kind in ("entity", "company", "government", "civil", "partnership")}
world = World(
    system=np.zeros(1, system_dtype(param.dtype)), rows=np.zeros((5, 1), np.int64), firm_tie=np.zeros((1, 1), DTYPES["tie"]),
    peer=np.zeros((1, 1), DTYPES["peer"]), home=np.zeros(1, np.int64),
    country_cdf=np.zeros((8, 1)), country_guide=np.zeros((8, 1), np.int64), chan=np.zeros(FIRST_STATE + 1, CHANNEL_DTYPE),
    base=np.zeros(FIRST_STATE + 1, CHANNEL_DTYPE), series=np.zeros(1, SERIES_DTYPE), trace=np.zeros(0, DTYPES["partnership"]),
    **kinds,
)
world.system["param"], world.system["scale"] = param, 1.0
world.entity["skill"], world.entity["staff_hq"], world.entity["n_led"] = 0.4, 1.0, 2
world.firm_tie["row"] = -1
month.step_learn(world)
print(compiled.FOLDER, float(world.entity["skill"][0]))
"""


def run(package: Path, cache: Path) -> tuple[Path, float]:
    """Learning of one month in a process of its own: where its machine code is kept, and the skill that comes out."""
    environment = {**os.environ, "PYTHONPATH": str(package), "PARTNERSIM_CACHE": str(cache), "NUMBA_DISABLE_JIT": "0"}
    done = subprocess.run([sys.executable, "-W", "error", "-c", SCRIPT], env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    folder, skill = done.stdout.split()
    return Path(folder), float(skill)


def test_an_edited_inner_rule_is_seen_by_the_next_process(tmp_path: Path) -> None:
    """A failure means that a changed rule goes on giving its old results from the cache.

    The rule edited stands in another module than the compiled function that uses it; skill 0.4 and full practice at 0.006
    a month give 0.4036, and with practice to no end in sight (2 in place of 1) 0.4096.
    """
    package = tmp_path / "package"
    source = Path(partnersim.__file__).parent
    shutil.copytree(source, package / "partnersim", ignore=shutil.ignore_patterns("__pycache__"))
    library = source / "_scenarios" if (source / "_scenarios").is_dir() else source.parents[1] / "scenarios"
    shutil.copytree(library, package / "partnersim" / "_scenarios")
    rule = package / "partnersim" / "rules" / "learning.py"
    text = rule.read_text(encoding="utf-8")
    before_it, by_doing, after_it = re.split(r"(def by_doing.*?\n\n\n)", text, flags=re.DOTALL)
    assert by_doing.count("(1.0 - skill)") == 1

    first, before = run(package, tmp_path / "cache")
    rule.write_text(before_it + by_doing.replace("(1.0 - skill)", "(2.0 - skill)") + after_it, encoding="utf-8")
    second, after = run(package, tmp_path / "cache")
    assert (round(before, 12), round(after, 12)) == (0.4036, 0.4096)
    assert first != second
    assert all(list(folder.rglob("*step_learn*.nbi")) for folder in (first, second)), "machine code is kept"
