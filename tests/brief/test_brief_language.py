"""The brief in another language than English."""

from __future__ import annotations

import base64
import html
import importlib
import re
import shutil

import pandas as pd
import pytest
from click.testing import CliRunner

from partnersim.brief.claims import claim
from partnersim.brief.report import report
from partnersim.cli import cli
from partnersim.figures.lettering import wrap
from partnersim.languages.catalogue import Catalogue
from partnersim.languages.speaking import speaking, spoken
from partnersim.mistakes import Mistake

CODE = (
    r'<p class="command">.*?</p>',
    r'<span class="files">.*?</span>',
    r'<section id="manifest">.*?</section>',
)
"""Parts of the page that are names of files, commands and versions."""
SOURCES = (
    "Romano and Wolf", "Box and Hunter", "Strong, Oakley and Brennan", "Friedman and Fisher", "Three scenarios", "Three levers",
)  # fmt: skip
"""Authors, and the titles that the studies of this test were given in English."""
ENGLISH = re.compile(r"[A-Za-z]{2,}(?:[ ,.;:'’-]+[A-Za-z]{2,}){2,}")
"""A run of three or more Latin words."""


def words_of(page: str) -> list[str]:
    """What a page says in text, in alternative texts and labels, and within its figures, each in a piece."""
    figures = re.findall(r"data:image/svg\+xml;base64,([A-Za-z0-9+/=]+)", page)
    assert figures
    svgs = [base64.b64decode(figure).decode() for figure in figures]
    drawn = [piece for svg in svgs for piece in re.findall(r"<text[^>]*>(.*?)</text>", svg, re.S)]
    page = re.sub(r"<style>.*?</style>|src=\"[^\"]*\"", "", page, flags=re.S)
    for part in CODE:
        page = re.sub(part, "", page, flags=re.S)
    said = re.findall(r'(?:alt|aria-label|title)="([^"]*)"', page) + re.sub(r"</?span[^>]*>", "", page).split("<")
    pieces = [re.sub(r"^[^<>]*>", "", piece) for piece in said] + [re.sub(r"<[^>]+>", "", piece) for piece in drawn]
    return [html.unescape(piece).strip() for piece in pieces if piece.strip()]


def test_a_brief_in_chinese_has_no_english_sentence_left(made_in_chinese):
    """Fails when a sentence, a label, a head of a table or a title within a figure stays English."""
    pieces = words_of(made_in_chinese.page.read_text(encoding="utf-8"))
    assert len(pieces) > 1000 and sum("交易成本" in piece for piece in pieces) > 50
    for name in SOURCES:
        pieces = [piece.replace(name, "") for piece in pieces]
    left = [piece for piece in pieces if ENGLISH.search(piece)]
    assert left == []


def test_the_test_for_english_sees_english(made):
    """Fails when the test above could not see what it looks for."""
    found = [piece for piece in words_of(made.page.read_text(encoding="utf-8")) if ENGLISH.search(piece)]
    assert len(found) > 200 and any("simultaneous over all" in piece for piece in found)


def test_it_says_as_much_as_the_english_one_and_stands_beside_it(made, made_in_chinese):
    """Fails when the Chinese page leaves out claims or figures, overwrites the English one, or calls itself English."""
    assert (made_in_chinese.claims, made_in_chinese.figures) == (made.claims, made.figures)
    without_font = ".png" if made_in_chinese.missing else "none"
    assert not [text for text in made_in_chinese.missing if "fonts-noto-cjk" not in text]
    folder = made_in_chinese.page.parent
    assert (
        made_in_chinese.page.name == "brief.zh.html"
        and not (folder / "brief.html").exists()
        and not (folder / "figures").exists()
    )
    text = made_in_chinese.page.read_text(encoding="utf-8")
    assert '<html lang="zh-Hans">' in text and "小型研究" in text and "--language zh" in text
    for name in re.findall(r"figures[\w.]*/[\w-]+\.(?:png|svg|csv)", text):
        assert name.startswith("figures.zh/") and ((folder / name).is_file() or name.endswith(without_font))
    english, chinese = (
        {file.name for file in (of.page.parent / name).iterdir() if file.suffix != without_font}
        for of, name in ((made, "figures"), (made_in_chinese, "figures.zh"))
    )
    assert english == chinese


def test_a_language_that_there_is_not_is_told_of(results):
    """Fails when a mistyped language ends in a traceback, or gives an English page."""
    found = CliRunner().invoke(cli, ["report", str(results), "--language", "zhh"])
    assert isinstance(found.exception, Mistake) and "nearest: zh" in str(found.exception) and spoken() == "en"
    assert not (results / "brief.zhh.html").exists()


def test_clauses_in_chinese_say_what_their_interval_allows():
    """Fails when a clause in Chinese is the wrong way round, or claims what its interval does not bear out."""
    row = {"outcome": "transaction_cost", "reference_mean": 200.0, "difference": -10.0, "name": "63"}
    tables = {"t": pd.DataFrame([row | {"low": -12.0, "high": -8.0}, row | {"difference": 2.0, "low": -2.0, "high": 6.0}])}
    with speaking("zh"):
        say = Catalogue("brief", "zh")
        assert claim(say, tables, "t", 0).text == "交易成本降低5.0%（4.0至6.0），更好"
        assert claim(say, tables, "t", 1).text == "交易成本没有明确差异（-1.0至+3.0%）"


def test_without_a_font_that_has_the_signs_no_boxes_are_drawn(results, tmp_path, monkeypatch):
    """Fails when PNG files show boxes in place of Chinese, or nobody is told what to install."""
    style = importlib.import_module("partnersim.figures.style")
    latin = {**style.settings(), "font.family": ["DejaVu Sans"]}
    monkeypatch.setattr(style, "settings", lambda: latin)
    shutil.copytree(results / "alone", tmp_path / "alone")
    (tmp_path / "figures.zh").mkdir()
    (tmp_path / "figures.zh" / "paragraph_63.png").write_bytes(b"boxes")
    found = report(tmp_path, language="zh")
    assert "Noto Sans CJK SC" in found.missing[0] and "fonts-noto-cjk" in found.missing[0]
    assert not list((tmp_path / "figures.zh").glob("*.png")) and (tmp_path / "figures.zh" / "paragraph_63.svg").is_file()


@pytest.mark.parametrize("most", [12, 30, 90])
def test_lines_of_wide_signs_end_where_they_may(most):
    """Fails when a line of a figure's title is cut at the edge, tears a word, or begins with a stop."""
    text = "交易成本：L13（+9.65%）、L18（+6.76%）和另外九项使之升高；“一个联合国”（Delivering as One）没有明确差异。"
    lines = wrap(text, most)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
    assert all(line[0] not in "，。、；：）”" and line[-1] not in "（“" for line in lines)
    assert all("Delivering" not in text or "Deliver" not in line or "Delivering" in line for line in lines)
    assert len(lines) >= len(text) / most
