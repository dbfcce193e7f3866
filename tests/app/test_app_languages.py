"""Every page that the server sends, in the reader's language, also where there is none."""

from __future__ import annotations

import urllib.error
import urllib.request

import pytest

from partnersim.app.words import words

PAGES = ("/", "/watch", "/exercises", "/exercise/zero-sum-courting", "/policy/shared_screening", "/about", "/class")
BROWSER = {"en": "en-GB,en;q=0.9", "zh": "zh-CN,zh;q=0.9,en;q=0.8"}


def answer(address: str, accepted: str, cookie: str = "") -> tuple[int, str]:
    """Status and text of an answer."""
    request = urllib.request.Request(address, headers={"Accept-Language": accepted, "Cookie": cookie})
    try:
        with urllib.request.urlopen(request, timeout=30) as told:
            return told.status, told.read().decode()
    except urllib.error.HTTPError as told:
        with told:
            return told.code, told.read().decode()


@pytest.mark.parametrize("language", BROWSER)
def test_every_page_comes_in_the_language_that_the_browser_asks_for(server, language):
    """Fails when a page, its title or its declared language is not the reader's."""
    say = words(language).say
    for path in PAGES:
        status, page = answer(server.address + path, BROWSER[language])
        assert status == 200 and f'documentElement.lang = "{language}"' in page, path
        assert f"{say('page.title')}</title>" in page and say("nav.exercises") in page and say("page.skip") in page, path
        assert "partnersim.remember" not in page, "only a reader's choice is kept"


def test_the_readers_choice_comes_before_the_browsers(server):
    """Fails when a link in a language, or the choice that was made before, is overruled by the browser."""
    assert 'documentElement.lang = "zh"' in answer(f"{server.address}/about", "en", "lang=zh")[1]
    asked = answer(f"{server.address}/about?lang=en", "zh", "lang=zh")[1]
    assert 'documentElement.lang = "en"' in asked and 'partnersim.remember("en")' in asked
    hostile = answer(f"{server.address}/about?lang=%22);alert(1)//", "en", "lang=<script>")[1]
    assert 'documentElement.lang = "en"' in hostile and "alert(1)" not in hostile


@pytest.mark.parametrize("language", BROWSER)
def test_no_page_is_told_in_the_readers_language(server, language):
    """Fails when a wrong address is answered in another language, as a success, or with the inner workings of the server."""
    status, page = answer(f"{server.address}/nothing", BROWSER[language])
    assert status == 404 and words(language).say("page.missing") in page and words(language).say("page.start") in page
    assert "HTTPException" not in page and "Traceback" not in page
    assert answer(f"{server.address}/static/none.css", BROWSER[language]) == (404, '{"detail":"Not Found"}')
