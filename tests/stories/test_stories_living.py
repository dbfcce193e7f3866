"""The living network of a run is the run that the tables tell of, and its stories say what the records say, no more."""

from __future__ import annotations

import dataclasses
import json
import re
from itertools import pairwise

import numpy as np
import pytest

import partnersim as ps
from partnersim.app.network import network_props
from partnersim.kinds import NEVER, Reason, Stage
from partnersim.languages.catalogue import Catalogue
from partnersim.ledger import SERIES
from partnersim.population.load import load_population
from partnersim.scenario import find_population
from partnersim.stories.agent_story import agent_story
from partnersim.stories.layout import COMPANY, ENTITY, Links, positions
from partnersim.stories.living import COUNTS, Living, living
from partnersim.stories.partnership_story import partnership_story
from partnersim.stories.words import letters

RUNS = [("baseline", 2), ("all-three", 3)]
MONTHS = 120
SLIPS = (
    r"\bnan\b|None|[{}_]|\s[,.;]|\.\.|,,|  |。。|，，|\b(?:the the|a a|of of)\b|\b1 (?:months|years|partnerships|agreements)\b"
)
"""What no text should have: holes, doubled words and signs, wrong plurals."""


@pytest.fixture(scope="module", params=RUNS, ids=lambda run: run[0])
def run(request: pytest.FixtureRequest) -> Living:
    return living(*request.param, months=MONTHS)


@pytest.fixture(scope="module")
def simulated(run: Living) -> ps.Runs:
    return ps.simulate(run.scenario, [run.seed], MONTHS, "class")


def some_partnerships(run: Living) -> list[int]:
    """Every nineteenth, and all that something rare befell."""
    rare = np.flatnonzero(
        (run.notes["incidents"] > 0) | (run.records["m_transformative"] != NEVER) | (run.notes["m_fixed"] != NEVER)
    )
    return sorted({*range(0, run.records.size, 19), *rare.tolist()})


def test_the_network_is_that_of_the_run(run: Living, simulated: ps.Runs):
    """Fails when the network shows another run than the tables of the same seed, or counts its months otherwise."""
    path = {name: {"talks": "open_cases"}.get(name, name) for name in COUNTS}
    assert set(path.values()) <= {series.name for series in SERIES}
    counts = run.counts()
    for name, column in path.items():
        np.testing.assert_array_equal(counts[name], simulated.monthly[column], err_msg=name)
    np.testing.assert_allclose(run.entities["reputation"][1:].mean(axis=1), simulated.monthly["reputation"], rtol=1e-12)
    assert counts["incidents"].sum() / (MONTHS / 12) == pytest.approx(simulated.outcomes.loc[run.seed, "incidents"])


def test_what_is_drawn_is_what_is_counted(run: Living):
    """Fails when the stages of single partnerships, by which ties are drawn, do not add up to the month's numbers."""
    counts = run.counts()
    for month in (1, 37, MONTHS):
        stages = run.stages(month)
        assert (stages == "talks").sum() == counts["talks"][month - 1]
        assert (stages == "transformative").sum() == counts["transformative"][month - 1]
        assert np.isin(stages, ("delivering", "transformative")).sum() == counts["delivering"][month - 1]
        assert np.isin(stages, ("signed", "delivering", "transformative")).sum() == counts["live"][month - 1]
        alive = np.isin(stages, ("signed", "delivering", "transformative"))
        for number in np.flatnonzero(alive):
            assert [m.part for m in run.members[number]][0] == "lead" and any(m.part == "main" for m in run.members[number])


def test_waiting_rivals_and_proposals_are_those_of_the_run(run: Living, simulated: ps.Runs):
    """Fails when a story would tell of waiting, courting or a proposal that never was."""
    waited = run.notes["waited"].sum(axis=0)
    queues = [simulated.monthly[f"queue_{desk}"].sum() for desk in ("coordination", "screening", "advisory", "country")]
    # A queue counts a case that the month's end finds dropped elsewhere, which waits no more.
    assert (waited <= queues).all() and waited.sum() >= 0.9 * sum(queues) > 0
    case, note = run.records, run.notes
    begun = case["begun"] > run.start
    assert (note["proposed"] & begun).any() and not (note["proposed"] & case["approached"]).any()
    accepted = begun & (note["m_accepted"] != NEVER)
    assert (note["proposed"] | case["approached"])[accepted].all()
    assert (case["begun"][accepted] <= note["m_accepted"][accepted]).all()
    screened = begun & (case["m_screened"] != NEVER)
    assert (note["m_accepted"][screened] != NEVER).all() and (note["m_accepted"] <= case["m_screened"])[screened].all()
    rivals = np.flatnonzero(note["rivals"])
    assert rivals.size
    for number in rivals[::20]:
        bits, key = int(note["rivals"][number]), case["firm_key"][number, 0]
        others = {int(e) for e in case["entity"][(case["firm_key"][:, 0] == key) & (note["rivals"] != 0), 0]}
        named = {e for e in range(bits.bit_length()) if bits >> e & 1}
        assert int(case["entity"][number, 0]) in named and len(named) > 1 and named <= others


def test_positions_are_fixed_and_apart(run: Living):
    """Fails when agents lie upon each other, outside the picture, or elsewhere at every look."""
    again = living(run.scenario, run.seed, MONTHS)
    assert np.array_equal(run.x, again.x) and np.array_equal(run.y, again.y)
    assert np.hypot(run.x, run.y).max() <= 1.0
    place = run.x + 1j * run.y
    gaps = np.abs(place[:, None] - place) + np.eye(place.size)
    assert gaps.min() > 0.004
    entities = run.kind == ENTITY
    assert gaps[np.ix_(entities, entities)].min() > 0.1


def test_common_partners_bring_agents_together():
    """Fails when the layout ignores who works with whom: two pairs of entities, each pair with companies of its own."""
    kind = np.array([ENTITY] * 4 + [COMPANY] * 6)
    a, b = np.array([4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9]), np.array([0, 2, 0, 2, 0, 2, 1, 3, 1, 3, 1, 3])
    x, y = positions(kind, Links(a, b, np.ones(a.size)))
    gap = np.hypot(x[:, None] - x, y[:, None] - y)
    assert gap[0, 2] < gap[0, 1] or gap[0, 2] < gap[0, 3]
    own = {(int(company), int(entity)) for company, entity in zip(a, b, strict=True)}
    near = [gap[pair] for pair in own]
    far = [gap[company, entity] for company in range(4, 10) for entity in range(4) if (company, entity) not in own]
    assert np.mean(near) < 0.75 * np.mean(far)


def test_days_are_shared_out_whole(run: Living):
    """Fails when the days told by sides are not those of the record, or one side's are negative."""
    sides = np.array([run.days_of(number) for number in range(run.records.size)])
    assert sides.min() >= 0.0
    np.testing.assert_allclose(sides.sum(axis=1), run.records["days"], rtol=1e-12)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_stories_are_whole(run: Living, language: str):
    """Fails when a story has a hole, a slip, or a word of the other language."""
    stories = [partnership_story(run, number, language) for number in some_partnerships(run)]
    stories += [agent_story(run, node, language) for node in range(0, run.kind.size, 2)]
    foreign = r"[\u4e00-\u9fff]" if language == "en" else r"(?<![A-Z])[a-z]{2,}"
    for told in stories:
        text = told.text("")
        assert told.title and not re.search(SLIPS, text), re.findall(SLIPS, text)
        assert not re.search(foreign, text), re.findall(foreign, text)
        assert all(link.text for link in told.agents + told.partnerships)
        assert all(paragraph[0] == paragraph[0].upper() for paragraph in told.paragraphs + told.hidden)


def test_a_partnership_is_told_by_its_record(run: Living):
    """Fails when a story tells a month, a number or an end that the record does not hold, in either language."""
    reasons = Catalogue("stories").own
    seen = set()
    for number in some_partnerships(run):
        case = run.records[number]
        english = " ".join(partnership_story(run, number).paragraphs)
        chinese = "".join(partnership_story(run, number, "zh").paragraphs)
        signed, ended = run.month(case["m_signed"]), run.month(case["m_ended"])
        assert (f"In month {signed}, the agreement was signed" in english) == (signed >= 1)
        assert ("the agreement was signed" in english) == ("协定签署" in chinese) == (case["m_signed"] != NEVER)
        assert (f"第{signed}个月，协定签署" in chinese) == (signed >= 1)
        if case["stage"] == Stage.DROPPED:
            name = Reason(int(case["reason"])).name.lower()
            by_group = name == "screened_out" and case["m_approved"] != NEVER
            told = reasons[f"partnership.dropped.{'advisory' if by_group else name}"]
            assert told.replace("{when}", f"In month {ended}") in english
            seen.add(name)
        assert ("was closed because it was known to fail" in english) == (case["reason"] == Reason.CLOSED)
        assert ("it came to its end" in english) == (case["reason"] == Reason.COMPLETED)
        assert english.count("became public") == run.notes["incidents"][number] == chinese.count("归咎于")
        assert ("met the test of transformation" in english) == (case["m_transformative"] != NEVER)
        found = run.month(run.notes["m_found"][number])
        assert (f"In month {found}, an evaluation found it failing" in english) == (found >= 1)
        # Months are told as they lie in the record.
        months = {run.month(case[c]) for c in ("begun", "m_screened", "m_approved", "m_signed", "m_started", "m_transformative")}
        months |= {run.month(run.notes[c][number]) for c in ("m_accepted", "m_found", "m_fixed", "m_scaled", "m_people_most")}
        months |= {ended, *(run.month(i.month) for i in run.incidents_of(number))}
        assert {int(m) for m in re.findall(r"[Ii]n month (\d+)|[Ff]rom month (\d+)", english) for m in m if m} <= months
        total = re.search(r"In all it took ([\d,.]+) staff-days", english)
        days = float(total[1].replace(",", "")) if total else 0.0
        assert days == pytest.approx(float(case["days"]), abs=0.5) and (total is None) == ("nobody's time" in english)
    assert {"declined", "lapsed"} <= seen


def test_an_agent_is_told_by_its_records(run: Living):
    """Fails when an agent's story counts its attempts, agreements, partners or incidents otherwise than the records."""
    begun = run.records["begun"] > run.start
    for row in range(int((run.kind == ENTITY).sum())):
        english, chinese = " ".join(agent_story(run, row).paragraphs), "".join(agent_story(run, row, "zh").paragraphs)
        mine = begun & (run.records["entity"][:, 0] == row)
        signed, dropped = (
            (mine & (run.records["m_signed"] != NEVER)).sum(),
            (mine & (run.records["stage"] == Stage.DROPPED)).sum(),
        )
        assert f"began {mine.sum()} attempts at a partnership: {signed} became agreements, {dropped} came to nothing" in english
        assert f"{mine.sum()}次建立伙伴关系的尝试：{signed}次达成协定，{dropped}次没有结果" in chinese
        hits = sum(row in incident.entities for incident in run.incidents)
        told = {0: "No incident hit it", 1: "One incident hit it"}.get(hits, f"{hits} incidents hit it")
        assert told in english and (f"有{hits}起事件殃及它" in chinese) == (hits > 0)
        reputation = run.entities["reputation"][:, row]
        assert f"{reputation[0]:.0f} points of 100 at the start and {reputation[-1]:.0f} at the end" in english
        live = sum(
            any(m.node == row for m in run.members[n])
            for n in np.flatnonzero(np.isin(run.stages(MONTHS), ["signed", "delivering", "transformative"]))
        )
        assert re.search(rf"{live} at the end", english)
    struck = [incident for incident in run.incidents if run.firm_node(incident.firm) is not None]
    assert struck
    for incident in struck:
        english = " ".join(agent_story(run, run.firm_node(incident.firm)).paragraphs)
        assert f"In month {run.month(incident.month)}, misconduct of the company came out and was laid at the door of" in english


def test_the_hidden_truth_stays_in_its_part(run: Living):
    """Fails when what agents cannot know (integrity, misconduct not yet out) shows outside the part set aside for it."""
    firms = run.firms.copy()
    firms["integrity"] = -firms["integrity"] - 1.0
    firms["m_hidden"] = run.start + 1
    notes = run.notes.copy()
    notes["months_performing"] += 1
    other = dataclasses.replace(run, firms=firms, notes=notes)
    assert network_props(other, "en") == network_props(run, "en")
    changed = 0
    for tell, numbers in ((agent_story, range(0, run.kind.size, 3)), (partnership_story, some_partnerships(run))):
        for number in numbers:
            now, then = tell(run, number), tell(other, number)
            assert (now.title, now.paragraphs, now.agents, now.partnerships) == (
                then.title,
                then.paragraphs,
                then.agents,
                then.partnerships,
            )
            changed += now.hidden != then.hidden
    assert changed > 200


def test_real_names_only_where_they_are_asked_for(run: Living):
    """Fails when the code of a UN entity stands in a text of a reader who did not ask for it, or is lost for one who did."""
    codes = re.compile("|".join(rf"(?<![A-Za-z]){re.escape(code)}(?![A-Za-z])" for code in run.names.entities))
    props = network_props(run, "en")
    assert props["nodes"].pop("codes") == run.names.entities
    assert not codes.search(json.dumps(props))
    for number in some_partnerships(run)[::5]:
        assert not codes.search(partnership_story(run, number).text(""))
        assert codes.search(partnership_story(run, number, real=True).text(""))
    for node in range(0, run.kind.size, 3):
        told = agent_story(run, node)
        assert not codes.search(told.text("") + json.dumps([link.text for link in told.agents + told.partnerships]))


@pytest.mark.parametrize("language", ["en", "zh"])
def test_what_the_browser_gets_is_small(run: Living, language: str):
    """Fails when a class of thirty would have to send much over its network, or the browser gets what JSON cannot hold."""
    text = json.dumps(network_props(run, language), ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    assert len(text.encode()) < 300_000


def test_wrong_numbers_are_refused(run: Living):
    """Fails when a number from a browser reaches another record than it names."""
    for number in (-1, run.records.size):
        with pytest.raises(IndexError):
            partnership_story(run, number)
    for node in (-1, run.kind.size):
        with pytest.raises(IndexError):
            agent_story(run, node)


def test_both_languages_say_the_same():
    """Fails when a text is missing in Chinese, has other braces than in English, or a Member State has no Chinese name."""
    english, chinese = Catalogue("stories").fields(), Catalogue("stories", "zh").fields()
    states = {key for key in chinese if key.startswith("state.")}
    assert set(chinese) - states == set(english)
    # A text for one may say so in words; braces of the other are compared.
    assert {key: fields for key, fields in chinese.items() if key in english and not key.endswith(".one")} == {
        key: fields for key, fields in english.items() if not key.endswith(".one")
    }
    population = load_population(find_population("un-2011"))
    assert states == {f"state.{code}" for code in population.iso3}
    assert len({Catalogue("stories", "zh").own[key] for key in states}) == len(states)


def test_letters_go_on_after_z():
    """Fails when two entities of a large world bear one letter."""
    names = [letters(row) for row in range(60)]
    assert names[0] == "A" and names[25:28] == ["Z", "AA", "AB"] and len(set(names)) == 60
    assert all(len(a) <= len(b) for a, b in pairwise(names))
