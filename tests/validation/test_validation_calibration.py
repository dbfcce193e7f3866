"""History matching on functions whose answer is known, and the command that can be interrupted."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from partnersim.scenario import load_parameters
from partnersim.validation.calibration import (
    CUT,
    Emulator,
    Space,
    Target,
    accepted,
    first_wave,
    implausibility,
    moves,
    next_wave,
    reachable,
)

RUN = Path(__file__).parents[2] / "experiments" / "04_calibration" / "run.py"
NAMES = ("candidates", "perform_base", "lapse_rate")
TARGETS = (Target("a", 0.4, 0.6, "V1"), Target("b", 0.0, 0.2, "V2"))


@pytest.fixture
def space() -> Space:
    return Space.of(NAMES)


def _outputs(space: Space, values: np.ndarray) -> pd.DataFrame:
    """``a`` is the first parameter's place in its range, ``b`` the product of the other two."""
    x = space.unit(values)
    columns = {"a": x[:, 0], "b": x[:, 1] * x[:, 2], "a_error": 0.001, "b_error": 0.001}
    return pd.DataFrame(values, columns=list(space.names)).assign(**columns)


def test_the_first_wave_holds_the_defaults_and_fills_the_ranges(space):
    sets = first_wave(space, 64)
    np.testing.assert_array_equal(sets[0], space.default)
    assert ((sets >= space.low) & (sets <= space.high)).all()
    quarters = np.floor(space.unit(sets[1:]) * 4).clip(max=3).astype(int)
    assert all((np.bincount(column, minlength=4) >= 14).all() for column in quarters.T)
    np.testing.assert_array_equal(sets, first_wave(space, 64))


def test_implausibility_is_in_thirds_of_the_half_range(space):
    table = pd.DataFrame({"a": [0.5, 0.6, 0.8], "b": [0.1, 0.1, np.nan], "a_error": 0.0, "b_error": 0.0})
    found = implausibility(table, TARGETS)
    assert found["a"].tolist() == pytest.approx([0.0, 3.0, 9.0])
    assert found["b"].tolist() == [0.0, 0.0, np.inf]
    assert len(accepted(table.assign(**dict.fromkeys(space.names, 1.0)), TARGETS)) == 1


def test_noise_of_the_seeds_makes_a_set_less_implausible():
    table = pd.DataFrame({"a": [0.7], "a_error": [0.2]})
    assert implausibility(table, TARGETS[:1])["a"][0] == pytest.approx(0.2 / np.hypot(0.1 / 3, 0.2))


def test_the_emulator_knows_a_quadratic(space):
    """Its own measure of error says so too: two-sided, against points it has not seen."""
    sets = first_wave(space, 128)
    table, unseen = _outputs(space, sets[:100]), _outputs(space, sets[100:])
    emulator = Emulator.fit(space.unit(sets[:100]), table[["a", "b"]].to_numpy())
    assert (emulator.sd < 0.01).all()
    worst = emulator.implausibility(space.unit(sets[100:]), TARGETS).max(axis=1)
    np.testing.assert_allclose(worst, implausibility(unseen, TARGETS).max(axis=1), atol=0.5)


def test_the_next_wave_lies_where_the_targets_are(space):
    table = _outputs(space, first_wave(space, 128))
    sets, told = next_wave(space, table, TARGETS, 2, 50)
    met = (implausibility(_outputs(space, sets), TARGETS).max(axis=1) < CUT).mean()
    share = (implausibility(table, TARGETS).max(axis=1) < CUT).mean()
    assert met > 0.8 > 0.3 > share
    assert told["space_left"] == pytest.approx(0.2 * (0.2 + 0.2 * np.log(5)), abs=0.03)
    np.testing.assert_array_equal(sets, next_wave(space, table, TARGETS, 2, 50)[0])


def test_a_target_out_of_reach_is_set_aside(space):
    table = _outputs(space, first_wave(space, 64)).assign(c=0.1, c_error=0.001)
    far = Target("c", 2.0, 3.0, "V3")
    assert reachable(table, (*TARGETS, far)) == list(TARGETS)


def test_moves_are_shares_of_the_range(space):
    sets = pd.DataFrame([space.default, space.high], columns=list(space.names))
    found = moves(space, sets, sets)
    assert found["moved"].abs().max() == pytest.approx(0.0, abs=1e-12)
    assert found.loc["candidates", "nearest"] == 4.0


def test_an_interrupted_calibration_is_finished_by_the_same_command(tmp_path):
    """A failure means that a calibration that was killed ends with other tables than one that was not."""

    def run(where: Path) -> dict[str, bytes]:
        words = ["--sets", "22", "--waves", "1", "--seeds", "2", "--out", str(where)]
        done = subprocess.run([sys.executable, str(RUN), *words], capture_output=True, text=True, check=False, env=os.environ)
        assert done.returncode == 0, done.stderr
        return {path.name: path.read_bytes() for path in where.glob("*.csv")}

    whole = run(tmp_path / "a")
    part = tmp_path / "a" / "wave_1.csv"
    part.write_text("".join(part.read_text(encoding="utf-8").splitlines(keepends=True)[:21]), encoding="utf-8")
    (tmp_path / "a" / "accepted.csv").unlink()
    assert run(tmp_path / "a") == whole


def test_the_page_tells_the_kept_calibration():
    """A failure means that docs/validation.md says other than the kept tables: run the command it names."""
    done = subprocess.run([sys.executable, str(RUN), "--check"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_the_defaults_are_the_set_that_was_chosen():
    """Fails when a calibrated default is moved by hand, or the tables are made anew and the defaults are not."""
    chosen = pd.read_csv(RUN.parents[2] / "results" / "04_calibration" / "moves.csv").set_index("parameter")["chosen"]
    calibrated = {name: p.value for name, p in load_parameters().items() if p.status == "calibrated"}
    fixed = {"backlog_months"}
    assert calibrated == {name: value for name, value in chosen.items() if name not in fixed}
