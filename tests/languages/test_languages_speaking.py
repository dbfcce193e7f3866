"""The language that is spoken, and how it counts and lists."""

from __future__ import annotations

import threading

from partnersim.languages.names import names
from partnersim.languages.speaking import catalogue, endings, listed, some, speaking, spoken, told
from partnersim.study import words


def test_a_language_is_spoken_within_its_block_alone():
    """Fails when a brief in one language changes what is told after it, or beside it in another thread."""
    heard: list[str] = []
    with speaking("zh"):
        assert spoken() == "zh" and names().language == "zh" and words.label("incidents") == "声誉事件"
        with speaking("en"):
            assert words.label("incidents") == "Incidents"
        beside = threading.Thread(target=lambda: heard.append(words.label("incidents")))
        beside.start()
        beside.join()
    assert spoken() == "en" and heard == ["Incidents"]


def test_lists_and_counts_in_two_languages():
    """Fails when a language joins a list with the words of another, or counts what is left out wrongly."""
    letters = list("abcdefghij")
    assert (listed(letters[:3]), listed(letters[:2], "or"), listed(["a"])) == ("a, b and c", "a or b", "a")
    assert some(letters, 6) == "a, b, c, d, e, f and four more" and some(letters[:7], 6) == "a, b, c, d, e, f and g"
    assert told(0) == "no" and told(12.2) == "twelve" and told(1240) == "1,240"
    with speaking("zh"):
        assert (listed(letters[:3]), listed(letters[:2], "or")) == ("a、b和c", "a或b")
        assert some(letters, 2) == "a、b和另外八项" and told(2) == "两" and told(13) == "13"


def test_large_numbers_are_cut_short_in_what_a_language_counts_in():
    """Fails when a number in Chinese is told in millions, or loses its size on the way."""
    values = (-0.01, 999_400.0, 2_410_000.0, 24_100_000.0, 241_000_000.0, 2.41e9)
    assert [words.number(v) for v in values] == ["-0.01", "999,400", "2.41M", "24.1M", "241M", "2.41bn"]
    assert words.rounded([24.1e6, 23.0e6], 1.2e6) == ["24.1M", "23.0M"]
    with speaking("zh"):
        assert endings()[0] == (1e8, "亿")
        assert [words.number(v) for v in values] == ["-0.01", "999,400", "241万", "2,410万", "2.41亿", "24.1亿"]
        assert words.rounded([24.1e6, 23.0e6], 1.2e6) == ["2,410万", "2,300万"]


def test_a_language_that_a_room_has_not_is_english_there():
    """Fails when a half translated language ends in an error in place of English."""
    with speaking("xx"):
        assert catalogue("brief")("head.short") == "In short" and names().lever("convening").title == "Convening leaders"
        assert told(2) == "two" and words.number(2.41e6) == "2.41M"
