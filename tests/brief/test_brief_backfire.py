"""Regions of harm kept as tables and told from them."""

from __future__ import annotations

import re
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from analysis.opened_by_hand import harmed
from matplotlib.text import Text

from partnersim.analysis.discovery import all_backfires, told
from partnersim.brief import backfire
from partnersim.brief.brief import Brief
from partnersim.brief.parts import Part
from partnersim.brief.tables import SETTING, Tables
from partnersim.figures.backfire import draw_backfire
from partnersim.languages.catalogue import Catalogue
from partnersim.languages.names import names
from partnersim.languages.speaking import speaking

NAMES = ["days_issue", "accept_busy", "accept_fatigue", "lapse_rate"]


def planted(numbers: pd.DataFrame, rng: np.random.Generator) -> np.ndarray:
    """Harm where an issue takes long, but for one world in ten."""
    return np.where(rng.random(len(numbers)) < np.where(numbers["days_issue"] > 0.5, 0.9, 0.1), 8.0, -3.0)


@pytest.fixture(scope="module")
def brief(tmp_path_factory) -> Brief:
    """A brief of one study in worlds, whose one policy backfires."""
    folder = tmp_path_factory.mktemp("told")
    opened = harmed(NAMES, planted, seed=1)
    opened.study = SimpleNamespace(**{**vars(opened.study), "monthly": ()})
    part = Part("worlds", "worlds", opened, True)
    tables = Tables(folder)
    setting = pd.DataFrame({"scenario": opened.scenarios, "worlds": 240})
    tables.keep("worlds", {SETTING: setting, **backfire.analyse(part)})
    return Brief(folder, [part], tables, Catalogue("brief"))


def test_a_confirmed_region_is_told_and_drawn_from_its_tables_alone(brief):
    """Fails when the page would say or show another region than the one that was confirmed."""
    (part,) = brief.parts
    rows = backfire.confirmed(brief, part)
    assert (rows["scenario"] == "shared-screening").all() and "transaction_cost" in set(rows["outcome"])
    fresh = {(one.scenario, one.outcome): one for one in all_backfires(part.opened, percent=backfire.PERCENT)}
    for _, row in rows.iterrows():
        key = row["scenario"], row["outcome"]
        kept = backfire.restored(brief, part, *key)
        assert kept.found[0].box == fresh[key].found[0].box
        own = ["difference", "is_harmed", "is_held_out"]
        pd.testing.assert_frame_equal(kept.worlds[own], fresh[key].worlds[own], check_dtype=False)
        assert told(kept) == told(fresh[key])
        assert backfire.sentence_of(brief, part, row) == told(kept)[int(row["box"]) - 1]
    picture = draw_backfire(backfire.restored(brief, part, *rows.iloc[0][["scenario", "outcome"]]))
    assert "days" in picture.alt and len(picture.data) > 240


def test_a_region_is_told_and_drawn_in_chinese(brief):
    """Fails when the sentence on a region, or a word in its figure, stays English or says another region."""
    (part,) = brief.parts
    row = backfire.confirmed(brief, part).iloc[0]
    english = backfire.sentence_of(brief, part, row)
    with speaking("zh"):
        told_in_chinese = Brief(brief.folder, [part], Tables(brief.folder), Catalogue("brief", "zh"))
        said = backfire.sentence_of(told_in_chinese, part, row)
        kept = backfire.restored(told_in_chinese, part, row["scenario"], row["outcome"])
        picture = draw_backfire(kept, int(row["box"]))
    assert names("zh").parameter("days_issue").title in said and "“共用甄别”使" in said and "超过2%" in said
    assert sorted(re.findall(r"\d+", said)) == sorted(re.findall(r"\d+", english))
    drawn = [text.get_text() for text in picture.findobj(Text)]
    assert "覆盖率" in drawn and not [text for text in drawn if re.search("[A-Za-z]{3,}", text)]


def test_the_answer_names_a_region_and_how_many_there_are(brief):
    """Fails when regions are left out of the answer, or a study without one claims some."""
    (part,) = brief.parts
    ((count, said),) = backfire.answer(brief, part)
    assert "confirmed" in count and "where" in said
    assert backfire.section(brief, part).blocks
    brief.tables.keep("worlds", {SETTING: brief.tables[f"worlds/{SETTING}"]})
    assert backfire.answer(brief, part) == [] and backfire.section(brief, part) is None
