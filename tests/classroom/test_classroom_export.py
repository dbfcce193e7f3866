"""The zip of a session: complete, played again by the command line, and harmless whatever was typed."""

from __future__ import annotations

import io
import re
import zipfile
from html.parser import HTMLParser
from pathlib import Path

import pandas as pd
import pytest
from classes import PACKAGE
from test_classroom_scores import runs

import partnersim as ps
from partnersim.classroom import scores
from partnersim.classroom.phases import Phase
from partnersim.cli.studies import compare
from partnersim.scenario import load_scenario

HOSTILE = "<script>alert(1)"
FORMULA = '=HYPERLINK("http://x")'


def played(klass, language: str = "en"):
    """A class of two rounds that was struck, with names and labels that try to be more than text."""
    session = klass.session(n_teams=2, budget=5000.0, seeds=4, months=24, language=language)
    klass.room.strike(klass.secret, session.id, "repeated-crises")
    ana, bo, cy = klass.join(session, HOSTILE, FORMULA, "陈")
    klass.to(session, Phase.PREDICT)
    work = klass.room.work
    work.predict(ana.token, {"transaction_cost": "lower", "incidents": "higher"}, "@SUM(1)")
    work.predict(bo.token, {"transaction_cost": "lower"}, "")
    klass.to(session, Phase.DECIDE)
    other = 'title = "{0}"\n[[policy]]\nlever = "legal_templates"\nfunding = "absorbed"\n'
    old = work.propose(ana.token, PACKAGE, 900.0, "First")
    one = work.propose(cy.token, "# 备注\r\n" + PACKAGE, 1000.0, '"><img src=x onerror=alert(1)>')
    two = work.propose(bo.token, other, -20.0, FORMULA)
    klass.to(session, Phase.REVEAL)
    for world, shift in (("baseline", 0.0), ("repeated-crises", 3.0)):
        work.record(session.id, world, None, scores.kept(runs(10 + shift, 5 + shift, 2)))
        for proposal, cost in ((old, 1), (one, 8), (two, 9)):
            work.record(session.id, world, proposal.id, scores.kept(runs(cost + shift, 5 + shift, 2)))
    klass.to(session, Phase.DISCUSS)
    klass.room.next_round(klass.secret, session.id)
    return session


@pytest.fixture
def files(klass):
    """The zip of such a class, by name."""
    return unzipped(klass, played(klass))


def unzipped(klass, session) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(klass.room.export_zip(klass.secret, session.id))) as file:
        assert file.testzip() is None
        return {name: file.read(name) for name in file.namelist()}


def table(files: dict[str, bytes], name: str) -> pd.DataFrame:
    return pd.read_csv(io.BytesIO(files[f"{name}.csv"]), keep_default_na=False)


def test_every_package_is_there_as_it_was_proposed_and_loads(files, klass, tmp_path):
    """Fails when a revision is missing or changed, or the command line would play another package than the class."""
    kept = klass.room.work.proposals(1)
    packages = {Path(name).stem: content for name, content in files.items() if name.startswith("packages/")}
    assert list(packages) == ["round-1-team-A-rev-1", "round-1-team-A-rev-2", "round-1-team-B-rev-1"]
    assert [content.decode() for content in packages.values()] == [p.text for p in kept]
    decisions = table(files, "decisions")
    assert sorted(decisions["file"]) == sorted(name for name in files if name.startswith("packages/"))
    for name, content in files.items():
        assert ".." not in name and not name.startswith("/") and re.fullmatch(r"[A-Za-z0-9_./-]+", name)
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(content)
    for world in ("baseline", "repeated-crises"):
        there = {team: load_scenario(tmp_path / f"worlds/{world}/round-1-team-{team}.toml") for team in "AB"}
        for team, proposal in (("A", "round-1-team-A-rev-2"), ("B", "round-1-team-B-rev-1")):
            package = load_scenario(tmp_path / f"packages/{proposal}.toml")
            own = [p for p in there[team].policies if p not in load_scenario(world).policies]
            assert own == list(package.policies) and there[team].values == load_scenario(world).values


def test_the_command_of_the_readme_plays_the_round(files, tmp_path):
    """Fails when the command that the zip names does not run."""
    for name, content in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(content)
    found = re.search(r"partnersim (compare .*)", files["README.txt"].decode())
    assert found
    words = [str(tmp_path / word) if word.startswith("worlds/") else word for word in found[1].split()]
    asked = compare.make_context("compare", words[1:]).params
    setting = {name: asked[name] for name in ("seeds", "months", "size")}
    assert setting == {"seeds": 4, "months": 24, "size": "class"}
    comparison = ps.compare(asked["scenarios"], **setting)
    assert comparison.reference == "baseline" and comparison.others == ["round-1-team-A"]
    assert (comparison.table["runs"] == 4).any()


def test_tables_hold_what_happened(files):
    """Fails when a table of the zip leaves something out, or judges by another package than the one that counts."""
    decisions = table(files, "decisions")
    assert decisions["counts"].tolist() == [False, True, True] and decisions["team"].tolist() == ["A", "A", "B"]
    assert decisions["staff_days"].tolist() == [900.0, 1000.0, -20.0] and not decisions["after_reveal"].any()
    predictions = table(files, "predictions")
    assert predictions["question"].tolist() == ["incidents", "transaction_cost", "transaction_cost"]
    assert predictions["came_true"].astype(str).str.lower().tolist() == ["false", "true", "true"]
    results = table(files, "results")
    assert len(results) == 2 * 2 * 3 and set(results["world"]) == {"baseline", "repeated-crises"}
    first = results[(results["team"] == "A") & (results["outcome"] == "transaction_cost")]
    assert first["difference"].round(9).tolist() == [-2.0, -2.0] and first["verdict"].tolist() == ["lower", "lower"]
    assert table(files, "members")["nickname"].tolist() == [HOSTILE, "'" + FORMULA, "陈"]
    log = table(files, "log")
    assert log["kind"].iloc[0] == "open" and log["time"].iloc[0] == "2027-01-15T08:00:00Z"
    assert set(log["kind"]) == {"open", "strike", "join", "advance", "predict", "propose", "result", "round"}


def test_no_cell_is_a_formula(files):
    """Fails when a nickname, label or reason is computed by the spreadsheet that opens it."""
    for name in ("members", "decisions", "predictions", "results", "log"):
        frame = table(files, name)
        assert not frame.empty
        for column in frame.select_dtypes(exclude="number"):
            assert not frame[column].astype(str).str.match(r"[=+\-@\t\r]").any(), column
    assert files["members.csv"].startswith(b"\xef\xbb\xbf")


class Tags(HTMLParser):
    """All tags and attributes of a page, and whether it closes what it opens."""

    VOID = ("meta", "br", "img", "link")

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: set[str] = set()
        self.open: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes |= {name for name, _ in attrs}
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_page_shows_everything_and_runs_nothing(klass, language):
    """Fails when a nickname becomes part of the page, the page needs another host, or a language has a hole."""
    page = unzipped(klass, played(klass, language))["summary.html"].decode()
    found = Tags(page)
    assert not found.open
    assert not {"script", "img", "iframe", "link", "object", "a", "form"} & set(found.tags)
    assert not [name for name in found.attributes if name.startswith("on") or name in ("src", "href")]
    assert "http" not in re.sub(r"http-equiv|&#34;http://x&#34;", "", page)
    assert "&lt;script&gt;alert(1)" in page and "陈" in page and f'lang="{language}"' in page
    told = {"en": "clearly lower: better", "zh": "明确更低：更好"}[language]
    assert page.count(told) == 4  # two teams in two worlds
    beaten = {"en": "Team B: clearly beaten by Team A", "zh": "B组：明确不如A组"}[language]
    assert page.count(beaten) == 2
    assert {"en": "Team A: 1 of 2 answers", "zh": "A组：2个回答中应验1个"}[language] in page
    assert {"en": "World: repeated crises", "zh": "危机频发"}[language] in page and "{" not in re.sub(
        r"<style>.*?</style>", "", page, flags=re.S
    ).replace("{0}", "")


def test_an_empty_session_can_be_taken_away_too(klass):
    """Fails when a session without members, packages or results has no zip."""
    session = klass.session()
    files = unzipped(klass, session)
    assert set(files) == {
        "README.txt",
        "summary.html",
        *(f"{n}.csv" for n in ("members", "decisions", "predictions", "results", "log")),
    }
    assert table(files, "results").empty and "verdict" in table(files, "results")
    assert "No team proposed a package." in files["summary.html"].decode()
    assert klass.room.export_zip(klass.secret, session.id) == klass.room.export_zip(klass.secret, session.id)
