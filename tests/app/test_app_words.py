"""The words of every room in every language: whole, in that language alone, chosen rightly, and added by a file."""

from __future__ import annotations

import math
import re
import shutil
from pathlib import Path

import pytest

import partnersim
from partnersim.app import about, controls, policy
from partnersim.app import words as app_words
from partnersim.app.network import network_words
from partnersim.app.words import Words, chosen, spoken, words
from partnersim.classroom.errors import ClassroomError
from partnersim.exercises import load_exercises, telling
from partnersim.exercises import words as exercise_words
from partnersim.languages import catalogue, names, speaking
from partnersim.languages.catalogue import LANGUAGE, Catalogue, languages
from partnersim.stories import words as story_words
from partnersim.study.words import number

ROOMS = sorted(folder.parent.name for folder in Path(partnersim.__file__).parent.glob("*/text"))
TRANSLATED = [(room, language) for room in ROOMS for language in languages(room) if language != LANGUAGE]
OF_THEIR_OWN = {"stories": r"state\.", "languages": r"\w+\."}
"""Keys that English needs not, since the names of things stand where the things are declared."""
COUNTED_IN = r"large\."
"""Powers of ten that a language counts in are its own."""
FOREIGN = (
    r"partnersim compare \{\w+\} worlds/\{\w+\}/round-1-team-A\.toml \{\w+\}",
    r"\b(summary\.html|[a-z]+\.csv|packages/|worlds/\S*)",
    r"`[^`]*`",
    r"([A-Z][a-z]+,? )+and [A-Z][a-z]+ \d{4}",
)
"""What is no English sentence in any language: commands, files, code, authors."""
FOUR_WORDS = re.compile(r"(?:[A-Za-z][A-Za-z'-]+[ ,;:]+){3}[A-Za-z]{2,}")
SHARED = {"app.page.direction", "brief.page.made", "brief.method.python"}
"""Texts that are the same in every language that is written from left to right."""


def compared(room: str, language: str) -> dict[str, set[str]]:
    """Braces by key; a text for one may say so in words, so the braces of the other are compared."""
    return {key: braces for key, braces in Catalogue(room, language).fields().items() if not key.endswith(".one")}


def test_every_room_speaks_english_and_chinese():
    """Fails when a room with words for readers has them in one language only."""
    assert {"analysis", "app", "brief", "classroom", "exercises", "figures", "languages", "stories"} <= set(ROOMS)
    assert {room for room, language in TRANSLATED if language == "zh"} == set(ROOMS)


@pytest.mark.parametrize(("room", "language"), TRANSLATED)
def test_every_language_has_the_same_texts_with_the_same_braces(room, language):
    """Fails when a text of one language is missing in another, outlives the English one, or leaves out a number."""
    english, other = compared(room, LANGUAGE), compared(room, language)
    assert [key for key in sorted(english.keys() - other.keys()) if not re.match(COUNTED_IN, key)] == []
    more = OF_THEIR_OWN.get(room, "$never")
    assert [key for key in sorted(other.keys() - english.keys()) if not re.match(more, key)] == []
    assert {key: (english[key], other[key]) for key in english.keys() & other.keys() if english[key] != other[key]} == {}


def bare(text: str) -> str:
    """A text without its braces and without what is no language."""
    for foreign in (*FOREIGN, r"\{\w*[^}]*\}"):
        text = re.sub(foreign, " ", text)
    return text


@pytest.mark.parametrize("room", ROOMS)
def test_no_english_is_left_over_in_chinese(room):
    """Fails when a Chinese reader meets an English sentence, or a word that nobody has put into Chinese."""
    english, chinese = Catalogue(room, LANGUAGE).own, Catalogue(room, "zh").own
    assert sum(bool(FOUR_WORDS.search(bare(text))) for text in english.values()) > len(english) / 20, "would find English"
    assert {key: text for key, text in chinese.items() if FOUR_WORDS.search(bare(text))} == {}
    same = {key: text for key, text in chinese.items() if english.get(key) == text and re.search(r"[A-Za-z]{3}", bare(text))}
    assert {key: text for key, text in same.items() if f"{room}.{key}" not in SHARED} == {}


def test_chinese_says_of_one_thing_one_word():
    """Fails when the glossary names a term that no text uses, or a text says something else than the glossary."""
    root = Path(__file__).parents[2]
    rows = re.findall(r"^\| (.+?) \| (.+?) \| (.*?) ?\|$", (root / "docs" / "languages.md").read_text("utf-8"), re.MULTILINE)
    terms = [(chinese, re.findall("[一-鿿]+", other)) for _, chinese, other in rows if re.match("[一-鿿]", chinese)]
    kit = [page for page in (root / "docs" / "teaching").rglob("*.zh.md") if page.parent.name != "templates"]
    texts = "\n".join([text for room in ROOMS for text in Catalogue(room, "zh").own.values()])
    pages = texts + "\n".join(page.read_text("utf-8") for page in kit)
    assert len(terms) > 25 and len(kit) > 5
    assert [term for chinese, _ in terms for term in chinese.split("、") if term not in texts] == []
    assert [word for _, others in terms for word in others if word in pages] == []


@pytest.mark.parametrize(
    ("asked", "cookie", "accepted", "language"),
    [
        (None, None, None, "en"),
        ("zh", "en", "en", "zh"),
        (None, "zh", "en", "zh"),
        (None, None, "zh", "zh"),
        ("ZH-hans", None, None, "zh"),
        ("xx", "yy", "zh-CN,zh;q=0.9,en;q=0.8", "zh"),
        ("../../secret", "<script>", "", "en"),
        (None, None, "fr-CH, fr;q=0.9, de;q=0.7, *;q=0.5", "en"),
        (None, None, "fr, en-GB;q=0.8, zh;q=0.9", "zh"),
        (None, None, "en;q=0.2 , zh-TW; q=0.3", "zh"),
        (None, None, "zh;q=0, en", "en"),
        (None, None, "zh;q=0", "en"),
        (None, None, ";;q=,,zh;q=much, ", "en"),
        ("", "", "zh", "zh"),
    ],
)
def test_the_language_is_the_one_that_was_asked_for(asked, cookie, accepted, language):
    """Fails when a page comes in another language than its address, its reader's last choice, or their browser asks for."""
    assert chosen(asked, cookie, accepted) == language


@pytest.mark.parametrize(
    ("value", "english", "chinese"),
    [
        (21_199_000, "21.2M", "2120万"),
        (1_236_000, "1.24M", "124万"),
        (-2_500_000, "−2.5M", "−250万"),
        (4_560_000_000, "4.56B", "45.6亿"),
        (123_456, "123K", "12.3万"),
        (99_999, "99,999", "99,999"),
        (1_240.4, "1,240", "1,240"),
        (92.84, "92.8", "92.8"),
        (-3.777, "−3.78", "−3.78"),
        (0.42, "0.42", "0.42"),
        (0.00421, "0.0042", "0.0042"),
        (0.0, "0", "0"),
        (math.nan, "–", "–"),
    ],
)
def test_numbers_are_written_as_the_language_writes_them(value, english, chinese):
    """Fails when a number has digits that are not known, is cut down to nothing, or is counted in the other language's steps."""
    assert words("en").number(value) == english
    assert words("zh").number(value) == chinese


def test_signs_percent_whole_numbers_and_lists():
    """Fails when a difference loses its sign, a share its size, or paragraphs are joined as in another language."""
    english, chinese = words("en"), words("zh")
    assert (english.signed(0.5), english.signed(-0.5), english.signed(0)) == ("+0.50", "−0.50", "0")
    assert (english.percent(-0.163), english.percent(0.0042), english.percent(0.0999)) == ("16", "0.4", "10")
    assert (english.integer(-10_713.4), english.plain(6.0), english.plain(0.002), english.plain(-1.5)) == (
        "−10,713",
        "6",
        "0.002",
        "−1.5",
    )
    assert english.paragraphs((21,)) == "Paragraph 21 of the report"
    assert english.paragraphs((21, 50, 73)) == "Paragraphs 21, 50 and 73 of the report"
    assert chinese.paragraphs((21, 50, 73)) == "报告第21、50和73段"
    assert english.listed([]) == "" and chinese.listed(["甲", "乙"], "or") == "甲或乙"


CACHES = (
    catalogue._read,
    names._names,
    speaking._catalogue,
    app_words.words,
    controls.described,
    about._page,
    telling,
    exercise_words.telling,
    story_words.catalogue,
)
FRENCH = """
[page]
name = "français"
locale = "fr"
direction = "ltr"

[nav]
about = "À propos"

[lever]
zones = ["comme aujourd'hui", "un peu", "assez", "beaucoup", "tout"]
"""


@pytest.fixture
def french(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Copies of all rooms' words to which a file has been added: ``app/text/fr.toml``."""
    for room in ROOMS:
        shutil.copytree(catalogue._folder(room), tmp_path / room / "text")
    (tmp_path / "app" / "text" / "fr.toml").write_text(FRENCH, encoding="utf-8")
    for cached in CACHES:
        cached.cache_clear()
    monkeypatch.setattr(catalogue, "_folder", lambda room: tmp_path / room / "text")
    yield tmp_path
    monkeypatch.undo()
    for cached in CACHES:
        cached.cache_clear()


def test_a_file_adds_a_language_to_the_page(french):
    """Fails when a language needs code, or a page breaks where a room has nothing in it."""
    assert spoken() == ["en", "fr", "zh"] and chosen(None, None, "fr-CH,fr;q=0.9,en;q=0.8") == "fr"
    say = words("fr").say
    assert words("fr").autonym == "français" and say("nav.about") == "À propos"
    assert say("nav.watch") == words("en").say("nav.watch") and say("finding.lower", n=1, of=10).startswith("Lower")
    assert words("fr").number(21_199_000) == "21,2\xa0M" and words("fr").number(-0.5) == "−0,50"
    shown = controls.described("fr")
    assert shown["words"]["zones"][0] == "comme aujourd'hui"
    titles = [[(lever["plain"], lever["title"]) for lever in group["levers"]] for group in shown["groups"]]
    assert titles == [
        [(lever["plain"], lever["title"]) for lever in group["levers"]] for group in controls.described("en")["groups"]
    ]
    assert "À propos" not in about._page("fr", "class") and about._page("fr", "class").count("<tr>") > 300
    lever = words("fr").names.lever("shared_screening")
    assert lever == words("en").names.lever("shared_screening")


def test_rooms_without_the_language_speak_english_on_its_pages(french):
    """Fails when an exercise, a story, a policy or a refusal has no words in a language that the page has."""
    exercise = load_exercises()[0]
    assert telling("fr").about(exercise, "story") == telling("en").about(exercise, "story")
    assert network_words("fr") == network_words("en") != {}
    lever = policy.sharing.known()[1]["shared_screening"]
    shown, english = (policy.told(lever, words(language)) for language in ("fr", "en"))
    assert shown["names"] == english["names"] and shown["options"] == english["options"]
    assert [row["name"] for row in shown["changes"]] == [row["name"] for row in english["changes"]]
    assert ClassroomError("teacher.secret").text("fr") == ClassroomError("teacher.secret").text()
    with speaking.speaking("fr"):
        assert speaking.listed(["a", "b"]) == "a and b" and number(21_199_000) == "21.2M"


def test_a_list_of_a_language_stands_in_place_of_the_english_one(french):
    """Fails when a language that has fewer things in a list is told the rest in English."""
    (french / "languages" / "text" / "fr.toml").write_text('[large]\n1e9 = "\xa0Md"\n', encoding="utf-8")
    with speaking.speaking("fr"):
        assert speaking.endings() == [(1e9, "\xa0Md")]
        assert speaking.told(3) == "three"


@pytest.mark.parametrize("page", ["", '[page]\nname = "tlhIngan Hol"\nlocale = "no such place"\n'])
def test_a_language_that_says_nothing_of_itself_still_works(french, page):
    """Fails when a file that a teacher has just begun takes down the page for everybody."""
    (french / "app" / "text" / "tlh.toml").write_text(page, encoding="utf-8")
    begun = Words("tlh")
    assert "tlh" in spoken() and begun.autonym == ("tlhIngan Hol" if page else "tlh")
    assert begun.number(1240) == "1,240" and begun.say("nav.about") == "About"
