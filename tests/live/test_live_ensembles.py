"""Ensembles that answer while a control moves: the same numbers as anywhere else, the most urgent first."""

from __future__ import annotations

import threading

import numpy as np
import pytest

from partnersim import sharing
from partnersim.live import Ensembles, Pair
from partnersim.live.settled import Room, Settled, Shelf
from partnersim.scenario import Scenario
from partnersim.simulate import Laboratory, run_one, simulate
from partnersim.study.paired import compare_paired

BASE = sharing.shipped_scenario("baseline")
MONTHS = 24


def mine(strength: float = 1.0, lever: str = "shared_screening", world: str = "baseline") -> Scenario:
    return sharing.scenario_of({"title": "mine", "extends": world, "policy": [{"lever": lever, "strength": strength}]})


class Listener:
    """Whoever asks: keeps what is told, and waits for the whole answer."""

    def __init__(self) -> None:
        self.pairs: list[Pair] = []
        self.whole = threading.Event()

    def __call__(self, pair: Pair) -> None:
        self.pairs.append(pair)
        if pair.is_whole:
            self.whole.set()

    def wait(self) -> Pair:
        assert self.whole.wait(60)
        return self.pairs[-1]


@pytest.fixture
def ensembles():
    made = Ensembles(seeds=12, first=4, months=MONTHS, workers=2)
    yield made
    made.close()


def test_answers_are_those_of_simulate_and_of_the_paired_statistics(ensembles):
    """Fails when memory used again, slices or threads change a run, or the page tells other numbers than a study."""
    for scenario in (mine(), mine(0.3, "partner_coordination", "scarce-companies"), mine(1.0, "staff_training")):
        reference = sharing.shipped_scenario(scenario.extends[0])
        told = Listener()
        ensembles.ask(scenario, reference, told)
        pair = told.wait()
        runs = {s.name: simulate(s, 12, MONTHS, "class", workers=1) for s in (scenario, reference)}
        for sample, scenario_ in ((pair.mine, scenario), (pair.reference, reference)):
            np.testing.assert_array_equal(sample.frame(12).to_numpy(), runs[scenario_.name].outcomes.to_numpy())
            kept = sample.runs(12).monthly
            np.testing.assert_array_equal(kept, runs[scenario_.name].monthly[kept.columns])
        few = ("transaction_cost", "incidents", "transformative_reach")
        wanted = compare_paired(runs[reference.name].outcomes[list(few)], runs[scenario.name].outcomes[list(few)])
        assert pair.compared(few).equals(wanted)


def test_told_first_roughly_then_well_and_from_then_on_at_once(ensembles):
    """Fails when a picture comes too late or twice, an answer changes after it was told, or a known one is run again."""
    told = Listener()
    ensembles.ask(mine(), BASE, told)
    told.wait()
    assert [pair.n for pair in told.pairs] in ([4, 12], [12])
    made = ensembles.runs_made
    again = Listener()
    ensembles.ask(mine(), BASE, again)
    assert [pair.n for pair in again.pairs] == [12] and ensembles.runs_made == made == 24
    other = Listener()
    ensembles.ask(mine(0.5), BASE, other)
    other.wait()
    assert ensembles.runs_made == made + 12, "the baseline is run once"


def test_first_pictures_of_all_go_before_anybody_is_refined():
    """Fails when one student's good answer keeps another from the first picture."""
    ensembles = Ensembles(seeds=12, first=4, months=MONTHS, workers=1)
    order: list[tuple[int, int]] = []
    listeners = []
    with ensembles._changed:  # nobody is run until all have asked
        for number in range(4):
            told = Listener()
            listeners.append(told)
            ensembles.ask(
                mine((number + 1) / 10), BASE, lambda pair, n=number, told=told: (order.append((pair.n, n)), told(pair))
            )
    for told in listeners:
        told.wait()
    ensembles.close()
    assert [n for n, _ in order] == [4] * 4 + [12] * 4
    assert [who for n, who in order if n == 4] == [0, 1, 2, 3]


def test_nobody_is_told_what_they_no_longer_wait_for_and_it_is_not_run():
    """Fails when a stale answer arrives, or work goes on that nobody waits for."""
    ensembles = Ensembles(seeds=12, first=4, months=MONTHS, workers=1)
    stale, fresh = Listener(), Listener()
    with ensembles._changed:
        ticket = ensembles.ask(mine(0.1), BASE, stale)
        ensembles.cancel(ticket)
        ensembles.ask(mine(0.2), BASE, fresh)
    fresh.wait()
    ensembles.close()
    assert not stale.pairs
    assert ensembles.runs_made == 24


def test_guesses_are_run_only_while_nobody_waits():
    """Fails when what somebody may ask next holds up what somebody has asked, or is not there when it is asked."""
    ensembles = Ensembles(seeds=12, first=4, months=MONTHS, workers=1)
    order: list[str] = []
    guessed, asked = Listener(), Listener()
    with ensembles._changed:
        ensembles.ask(mine(0.1), BASE, lambda pair: (order.append("guess"), guessed(pair)), is_idle=True)
        ensembles.ask(mine(0.2), BASE, lambda pair: (order.append("asked"), asked(pair)))
        assert ensembles.answering == ensembles.waiting == 1
    guessed.wait()
    assert order[:2] == ["asked", "asked"]
    made, known = ensembles.runs_made, Listener()
    ensembles.ask(mine(0.1), BASE, known)
    assert [pair.n for pair in known.pairs] == [12] and ensembles.runs_made == made
    ensembles.close()


def test_many_askers_of_few_questions_cost_the_questions_alone():
    """Fails when thirty students at one exercise are run thirty times, or one of them waits for ever."""
    ensembles = Ensembles(seeds=8, first=4, months=MONTHS, workers=2)
    listeners = [Listener() for _ in range(30)]

    def ask(number: int) -> None:
        ensembles.ask(mine((1 + number % 3) / 4), BASE, listeners[number])

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(30)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for told in listeners:
        told.wait()
    ensembles.close()
    assert ensembles.runs_made == 4 * 8
    assert ensembles.waiting == 0


def test_a_run_that_fails_leaves_a_gap_that_is_counted(ensembles, monkeypatch):
    """Fails when one bad run loses the others, or passes for a number."""
    fine = Laboratory.settled

    def settled(self, seed, *args):
        if seed == 5:
            raise RuntimeError("the register is full")
        return fine(self, seed, *args)

    monkeypatch.setattr(Laboratory, "settled", settled)
    monkeypatch.setattr("partnersim.live.ensembles.log.exception", lambda *args: None)
    told = Listener()
    ensembles.ask(mine(), BASE, told)
    pair = told.wait()
    assert pair.failures == 1 and pair.mine.failures == {5: "the register is full"}
    assert pair.compared(("incidents",)).loc["incidents", ["runs", "missing"]].tolist() == [11, 1]


def test_memory_is_bounded(monkeypatch):
    """Fails when a class that tries many things fills the laptop."""
    ensembles = Ensembles(seeds=4, first=2, months=MONTHS, workers=2, keep_answers=1, keep_worlds=1)
    for number in range(1, 6):
        for world in ("baseline", "low-integrity"):
            told = Listener()
            ensembles.ask(mine(number / 10, world=world), sharing.shipped_scenario(world), told)
            told.wait()
    one = Settled(Laboratory(BASE, "class", MONTHS).settled(0)).nbytes
    assert len(ensembles._jobs) <= 2 and ensembles._shelf.nbytes < 8 * one
    ensembles.close()


def test_used_memory_is_as_good_as_new():
    """Fails when anything of the last run is left in the memory of the next."""
    lab = Laboratory(mine(), "class", MONTHS)
    worlds = [lab.settled(seed) for seed in (0, 1)]
    room = Room()
    for world in (worlds[0], worlds[1], worlds[0]):
        filled = room.filled(Settled(world))
        for name, there, here in zip(world._fields, filled, world, strict=True):
            assert there.tobytes() == here.tobytes(), name
        run_one(lab, filled, keep=False)


def test_the_shelf_keeps_what_was_asked_for_last():
    """Fails when the world that a class uses is thrown out for one that nobody asks for."""
    lab = Laboratory(BASE, "class", MONTHS)
    world = lab.settled(0)
    shelf = Shelf(2 * Settled(world).nbytes)
    made: list[str] = []

    def get(key: str) -> None:
        shelf.get((key,), 0, lambda: made.append(key) or world)

    for key in "abacab":
        get(key)
    assert made == ["a", "b", "c", "b"]
