"""The story agrees with the books of its run, refers to records that exist, and reads as plain English."""

from __future__ import annotations

import re
from itertools import combinations

import numpy as np
import pandas as pd
import pytest

import partnersim as ps
from partnersim import english
from partnersim.columns import SERIES_DTYPE
from partnersim.ledger import SERIES
from partnersim.stories.events import TASTES, Event, choose
from partnersim.stories.years import Years, years_frame

RUNS = [
    ("baseline", 1, 60),
    ("central-coordination", 2, 60),
    ("shared-screening", 3, 48),
    ("advisory-groups", 4, 48),
    ("all-three", 5, 66),
]
WORDS = {word: n for n, word in enumerate(english.SMALL)} | {"never": 0, "once": 1, "twice": 2}


NOUNS = "month|year|agreement|partnership|idea|scandal|case|time|hit|point|issue|company|government"
SLIPS = (
    r"\b[Aa] [aeiou]\w+",
    r"\b[Aa]n [^aeiou]\w+",
    r"\bnan\b|None|\{|_|\s[,.;]|\.\.|,,|\b(?:the the|a a|of of)\b",
    rf"(?<![.,])\b(?:[Oo]ne|1) (?:(?:{NOUNS})s|companies|entities)\b",
    rf"\b(?:[Tt]wo|[Tt]hree|[Tt]en|[4-9]|\d\d+) (?:{NOUNS}|entity)\b",
)
"""Articles, missing numbers, doubled words and wrong plurals that a reader would stumble over."""


@pytest.fixture(scope="module")
def stories() -> list[ps.Story]:
    return [ps.run(scenario, seed, months, "class") for scenario, seed, months in RUNS]


def number(text: str) -> float:
    """A number as the story writes it: ``seven``, ``1,240``, ``1.3 million``, ``85%``."""
    text = text.lower()
    value = float(WORDS[text]) if text in WORDS else float(re.sub(r"[$,%]", "", text.split()[0]))
    return value * (1e6 if "million" in text else 1.0)


def said(pattern: str, text: str) -> list[float]:
    """The numbers in the groups of a pattern, where the text has it."""
    found = re.search(pattern, text)
    return [number(group) for group in found.groups()] if found else []


def test_a_story_is_of_the_very_run(stories: list[ps.Story]) -> None:
    """A failure means that stories and tables tell of different runs of one seed."""
    for story in stories:
        runs = ps.simulate(story.scenario, seeds=[story.seed], months=story.months, size=story.size)
        assert list(runs.outcomes.columns) == list(story.outcomes)
        np.testing.assert_array_equal(runs.outcomes.loc[story.seed], list(story.outcomes.values()))


def test_years_can_be_recomputed_from_monthly_paths(stories: list[ps.Story]) -> None:
    """A failure means that the frame of years says other than the tidy monthly frame."""
    for story in stories:
        monthly = ps.simulate(story.scenario, seeds=[story.seed], months=story.months, size=story.size).monthly
        wide = monthly.set_index("month")
        year = (wide.index - 1) // 12 + 1
        assert list(story.years["year"]) == sorted(set(year)) and story.years["months"].sum() == story.months
        for series in SERIES:
            grouped = wide[series.name].groupby(year)
            expected = grouped.sum() if series.kind == "flow" else grouped.last()
            if "reach" in series.name:
                expected = grouped.sum() / 12
            np.testing.assert_allclose(story.years[series.name], expected, rtol=1e-12, err_msg=series.name)
        cost = wide["transaction_days"].groupby(year).sum() / (wide["performing"].groupby(year).sum() / 12)
        np.testing.assert_allclose(story.years["cost"], cost, rtol=1e-12)
        np.testing.assert_array_equal(story.years["queue_country_peak"], wide["queue_country"].groupby(year).max())


def test_sentences_agree_with_the_frame_of_years(stories: list[ps.Story]) -> None:
    """A failure means that a sentence says a number, a direction or a record that the books do not hold."""
    seen = dict.fromkeys(("signed", "live", "performing", "incidents", "reputation", "cost", "people", "record"), 0)
    for story in stories:
        frame, full = story.years, story.years[story.years["months"] == 12]
        for i, text in enumerate(story.chapters):
            row, before = frame.iloc[i], frame.iloc[max(i - 1, 0)]
            pairs = {
                "signed": (r"Signings \w+(?: up)? from (\S+) to ([^\s,.]+)", [before["signed"], row["signed"]]),
                "live": (
                    r"With (\S+) agreements? signed and (\S+) partnerships? ended, the stock .*? by (\S+) to ([^\s,.]+)",
                    [row["signed"], row["ended"], abs(row["live"] - before["live"]), row["live"]],
                ),
                "performing": (
                    r"Performing partnerships \w+ from (\S+) to (\S+), (\S+) of those",
                    [before["performing"], row["performing"], round(100 * row["performing"] / row["delivering"])],
                ),
                "incidents": (
                    r"(\S+) scandals? hit UN entities ([^\s,.]+).*?after (\S+) hits? the year before",
                    [row["incident_events"], row["incidents"], before["incidents"]],
                ),
                "reputation": (
                    r"mean reputation \w+ from (\S+) to (\S+) points",
                    [round(before["reputation"]), round(row["reputation"])],
                ),
                "cost": (r"cost all sides (\S+) staff-days?.*?from ([^\s.]+)\.", [round(row["cost"]), round(before["cost"])]),
                "people": (
                    r"Partnerships reached (\S+(?: million)?) people",
                    [float(f"{row['reach_all'] * 12 / row['months']:.2g}")],
                ),
            }
            for name, (pattern, expected) in pairs.items():
                if found := said(pattern, text):
                    assert found == expected, (story.scenario.name, i, text)
                    seen[name] += 1
            for verb, column, up in (
                ("Signings (?:picked up|leapt)", "signed", True),
                ("Signings (?:slackened|slumped)", "signed", False),
                ("stock of live partnerships grew", "live", True),
                ("stock of live partnerships shrank", "live", False),
                ("reputation (?:rose|soared)", "reputation", True),
                ("reputation (?:slid|plunged)", "reputation", False),
            ):
                if re.search(verb, text):
                    assert (row[column] > before[column]) == up, (verb, text)
            if re.search(r"Signings [^.]*the most of any year", text):
                assert row["signed"] == full["signed"].max() and (full["signed"] == row["signed"]).sum() == 1
                seen["record"] += 1
            if re.search(r"Signings [^.]*the fewest of any year", text):
                assert row["signed"] == full["signed"].min() and (full["signed"] == row["signed"]).sum() == 1
                seen["record"] += 1
    assert min(seen.values()) >= 2, seen


def test_first_and_partial_years_are_told_plainly(stories: list[ps.Story]) -> None:
    """A failure means that the account of where things stand is not that of the books, or half a year is held against a whole."""
    partial = 0
    for story in stories:
        for i, row in story.years.iterrows():
            if i > 0 and row["months"] == 12:
                continue
            text = story.chapters[i]
            found = said(
                r"(\S+) agreements? and dropped (\S+) other ideas?; (\S+) partnerships? ended, which left (\S+) live", text
            )
            assert found == [row["signed"], row["dropped"], row["ended"], row["live"]]
            assert said(r"[Oo]f the (\S+) that deliver, (\S+) truly", text) == [row["delivering"], row["performing"]]
            assert "the year before" not in text and "any year" not in text
            partial += row["months"] < 12
            assert ("In six months" in text) == (row["months"] == 6)
    assert partial == 1


def test_records_and_streaks_in_words() -> None:
    """A failure means that a trend is told that is none, or a record that is shared."""
    series = np.zeros(60, dtype=SERIES_DTYPE)
    series["signed"] = np.repeat([4, 5, 6, 7, 3], 12)
    series["live"], series["delivering"], series["performing"], series["reputation"] = 100, 80, 40, 50
    frame = years_frame(series)
    stocks = {"live": 100.0, "reputation": 50.0}
    years = Years(frame, stocks, [0] * 5)
    assert years.told(3) == "Signings picked up from 72 to 84, the most of any year."
    assert years.told(4) == "Signings slumped from 84 to 36, the fewest of any year."
    assert "in a row" not in years.told(2)
    series["signed"] = np.repeat([4, 5, 6, 7, 9], 12)
    assert years_told(series, 3) == "Signings picked up from 72 to 84, the third rise in a row."
    series["signed"] = 5
    assert years_told(series, 3) == "A quiet year: 60 agreements signed, 100 partnerships live at its end."


def years_told(series: np.ndarray, i: int) -> str:
    return Years(years_frame(series), {"live": 100.0, "reputation": 50.0}, [0] * 5).told(i)


def test_events_refer_to_records_that_exist(stories: list[ps.Story]) -> None:
    """A failure means that an event cannot be found again in the trace of its run."""
    for story in stories:
        records = story.records.set_index("record")
        assert 8 <= len(story.events) <= 10
        for event in story.events:
            assert 1 <= event.month <= story.months and event.records
            cases = records.loc[list(event.records)]
            members = set(" ".join(cases["entities"]).split())
            assert set(event.entities) <= members | {"UN"}, event
            assert set(event.companies) <= set(" ".join(cases["companies"]).split()), event
            codes = re.findall(r"C-[0-9A-Z]{6}", event.text)
            assert set(codes) <= set(event.companies) and (codes or event.kind == "queue"), event
            assert (cases["begun"] <= event.month).all() or event.kind == "queue"


def test_events_are_varied_and_in_order(stories: list[ps.Story]) -> None:
    """A failure means that one kind crowds out the rest, or one partnership is told of twice."""
    for story in stories:
        kinds = [event.kind for event in story.events]
        assert all(kinds.count(kind) <= TASTES[kind].most for kind in kinds) and len(set(kinds)) >= 7
        assert [event.month for event in story.events] == sorted(event.month for event in story.events)
        for a, b in combinations(story.events, 2):
            assert "queue" in (a.kind, b.kind) or not set(a.records) & set(b.records)


def test_events_agree_with_the_trace(stories: list[ps.Story]) -> None:
    """A failure means that the size of an event, or the number in its sentence, is not what was recorded."""
    checked = dict.fromkeys(TASTES, 0)
    for story in stories:
        r = story.records
        dropped, study = r["status"] == "dropped", r["signed"] >= 1
        sizes = {
            "lapsed": r["value"][dropped & (r["reason"] == "lapsed")],
            "wasted": r["days"][dropped],
            "long road": (r["signed"] - r["begun"])[study],
            "negotiation": (r["signed"] - r["approved"])[study],
            "coalition": r["entities"][study].str.split().str.len(),
            "false success": r["months_falsely_reported"],
            "scaled up": r["people_most"][r["scaled_up"] >= 1],
        }
        for event in story.events:
            record = r.loc[event.records[0]]
            if event.kind in sizes:
                assert event.size == pytest.approx(float(sizes[event.kind][event.records[0]])), event
                elsewhere = [n for other in story.events for n in other.records if other is not event and other.kind != "queue"]
                assert event.size == pytest.approx(float(sizes[event.kind].drop(elsewhere, errors="ignore").max())), event
            if event.kind == "queue":
                assert event.size == story.years["queue_country_peak"].max()
            if event.kind == "lapsed":
                assert number(re.search(r"\$(\S+(?: million)?)", event.text)[1]) == float(f"{record['value']:.2g}")
                assert record["ended"] == event.month and record["status"] == "dropped"
            elif event.kind == "wasted":
                assert said(r"all sides (\S+) staff-days", event.text) == [round(record["days"])]
            elif event.kind == "negotiation":
                assert said(r"over (\S+) open", event.text) == [round(record["issues"])]
                assert f"After {english.lasting(int(record['signed'] - record['approved']))} of" in event.text
                assert record["signed"] == event.month
            elif event.kind == "coalition":
                assert said(r"^(\S+) UN entities", event.text) == [len(record["entities"].split())]
            elif event.kind == "incident":
                hits = r.loc[list(event.records)]
                assert event.size == len(event.entities) == len(set(" ".join(hits["entities"]).split()))
                assert (hits["incidents"] > 0).all()
            elif event.kind == "fixed":
                assert record["fixed"] == event.month and record["found_failing"] <= event.month
            elif event.kind in ("transformative", "first transformative"):
                assert record["transformative"] == event.month
            elif event.kind == "scaled up":
                assert record["scaled_up"] == event.month
            elif event.kind == "false success":
                assert record["months_falsely_reported"] == event.size
            elif event.kind == "persistence":
                pair = r[(r["lead"] == record["lead"]) & (r["company"] == record["company"]) & (r["begun"] >= 1)]
                assert event.size == ((pair["status"] == "dropped") & (pair["ended"] <= event.month)).sum()
            checked[event.kind] += 1
    assert sum(n > 0 for n in checked.values()) >= 10, checked


def test_choice_prefers_variety_to_more_of_the_same() -> None:
    """A failure means that ten scandals fill the page."""
    many = [Event(m, "incident", 10.0 - m / 10, "x", (m,)) for m in range(1, 9)]
    other = [Event(20, "courted", 2.0, "x", (20,)), Event(21, "lapsed", 1e6, "x", (20,)), Event(22, "queue", 3.0, "x", (1,))]
    chosen = choose([*many, *other], most=5)
    assert [event.month for event in chosen] == [1, 2, 20, 22]
    assert choose(many, most=1) == [many[0]] and choose([]) == []


def test_the_text_reads_as_english(stories: list[ps.Story]) -> None:
    """A failure means a slip that a reader would see: articles, plurals, missing numbers, lines too wide."""
    for story in stories:
        text = story.text()
        assert max(map(len, text.splitlines())) <= 88
        flat = " ".join(text.split())
        assert [slip for pattern in SLIPS for slip in re.findall(pattern, flat)] == []
        paragraphs = [
            p for p in text.split("\n\n") if " " in p.strip() and not p.startswith(("What happened", "The ten", "The nine"))
        ]
        assert all(p.strip().endswith(".") for p in paragraphs)
        assert text.count("Year ") >= len(story.years) and text.count("Month ") == len(story.events)


def test_a_story_is_plain_content() -> None:
    """A failure means that the JSON of a story cannot be read by strict readers."""
    import json

    story = ps.run("baseline", 1, 3, "class")
    content = json.loads(json.dumps(story.as_dict(), allow_nan=False))
    assert content["years"][0]["months"] == 3 and content["years"][0]["text"] == story.chapters[0]
    assert [event["text"] for event in content["events"]] == [event.text for event in story.events]


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"seed": -1}, "seed is -1; allowed are whole numbers from 0"),
        ({"months": 0}, "months is 0; allowed are 1 and more"),
        ({"size": "sistem"}, 'unknown size "sistem"; nearest: system'),
        ({"scenario": "basline"}, "nearest: baseline"),
    ],
)
def test_wrong_questions_are_refused_in_words(asked: dict, message: str) -> None:
    """A failure means that a mistake in Python is said in other words than on the command line, or not at all."""
    with pytest.raises(ps.ScenarioError, match=re.escape(message)):
        ps.run(**asked)


def test_english() -> None:
    """A failure means that a count, a list or a size is written as nobody writes it."""
    assert [english.plural(word) for word in ("company", "day", "crisis desk", "class")] == [
        "companies",
        "days",
        "crisis desks",
        "classes",
    ]
    assert (
        english.told(0, "case") == "no cases"
        and english.told(1, "UN entity") == "one UN entity"
        and english.told(1240) == "1,240"
    )
    assert english.counted(1, "seed") == "1 seed" and english.counted(20, "seed") == "20 seeds"
    assert [english.often(n) for n in (0, 1, 2, 3, 13)] == ["never", "once", "twice", "three times", "13 times"]
    assert [english.ordinal(n) for n in (3, 12, 13, 21, 22, 111)] == ["third", "twelfth", "13th", "21st", "22nd", "111th"]
    assert english.listed(["a"]) == "a" and english.listed(["a", "b", "c"], "or") == "a, b or c"
    assert (
        english.some(list("abcdefg")) == "a, b, c, d, e, f and g"
        and english.some(list("abcdefgh")) == "a, b, c, d, e, f and two more"
    )
    assert [english.sized(x) for x in (0.0, 7.0, 432, 12_345, 999_999, 1.26e6, 24.4e6, 3e9)] == [
        "0", "7", "430", "12,000", "1 million", "1.3 million", "24 million", "3 billion",
    ]  # fmt: skip
    assert [english.lasting(n) for n in (1, 14, 24, 30, 37)] == [
        "one month", "14 months", "two years", "2 years and 6 months", "3 years and 1 month",
    ]  # fmt: skip
    assert (
        english.people(0.4) == "hardly anybody" and english.people(1) == "one person" and english.dollars(2.6e6) == "$2.6 million"
    )
    assert english.an("environment partnership") == "an environment partnership" and english.an("food") == "a food"


def test_numbers_in_sentences_are_read_back() -> None:
    """A failure means that these tests would let a wrong number pass."""
    assert [number(text) for text in ("Seven", "1,240", "1.3 million", "85%", "twice")] == [7, 1240, 1.3e6, 85, 2]
    assert said(r"from (\S+) to (\S+)", "from two to 1,300 cases") == [2, 1300] and pd.isna(float("nan"))
