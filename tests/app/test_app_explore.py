"""The page of policies and the exercises in a real browser, as a student uses them."""

from __future__ import annotations

import json
import re
import tomllib
from urllib.parse import parse_qs, urlsplit

import pytest
from browsers import SIZES, Browser, needs_browser, until

from partnersim import sharing
from partnersim.app.controls import GROUPS
from partnersim.app.words import words
from partnersim.exercises import load_exercise, telling
from partnersim.scenario import load_scenario

pytestmark = needs_browser
LEVERS = [lever for group in GROUPS.values() for lever in group]
PAGES = ("/", "/?scenario=delivering-as-one", "/exercises", "/exercise/fear-of-evaluation", "/policy/shared_screening", "/about")


@pytest.fixture(scope="module")
def browser(browsers) -> Browser:
    return browsers(1)[0]


COMPILING = 240.0
"""Seconds that the first answer of all may take where the engine has to be compiled first."""


def whole(browser: Browser) -> None:
    """Wait until the latest question that reached the server has all its worlds."""
    browser.until(
        "document.querySelector('#cards')?.dataset.answer === document.querySelector('#status').dataset.asked + ':20'", COMPILING
    )


def ask(browser: Browser, script: str) -> None:
    """Do something that asks anew, and wait for its whole answer."""
    before = browser.js("return document.querySelector('#cards').dataset.answer?.split(':')[0] || '0'")
    browser.js(script)
    browser.until(f"Number(document.querySelector('#cards').dataset.answer?.split(':')[0]) > {before}")
    whole(browser)


def setting(browser: Browser) -> dict:
    """What the address says is set."""
    asked = parse_qs(urlsplit(browser.driver.current_url).query)
    return tomllib.loads(sharing.from_link(asked["s"][0])) if "s" in asked else {}


def is_set(browser: Browser, check) -> dict:
    """Wait until what is set is as ``check`` wants it, and its answer is there."""
    until(lambda: check(setting(browser)), "the setting")
    whole(browser)
    return setting(browser)


def fresh(browser: Browser, path: str = "/") -> None:
    browser.open(path)
    whole(browser)


def test_every_control_sets_what_it_says(browser):
    """Fails when a slider, switch, variant, world or start does not reach the model, or another one moves."""
    fresh(browser)
    moved = {lever: (1 + number % 19) / 20 for number, lever in enumerate(LEVERS)}
    for lever, strength in moved.items():
        browser.slide(f"#lever-{lever}", round(100 * strength))
    found = is_set(browser, lambda found: len(found.get("policy", [])) == len(LEVERS))
    assert {p["lever"]: p.get("strength", 1.0) for p in found["policy"]} == pytest.approx(moved)
    assert browser.js("return document.querySelectorAll('.lever.on').length") == len(LEVERS)
    for lever in LEVERS:
        browser.js("document.getElementById(arguments[0]).click()", f"lever-{lever}-switch")
    is_set(browser, lambda found: not found)
    browser.js("document.getElementById('lever-shared_screening-switch').click()")
    browser.js("document.querySelector('[data-lever=shared_screening] .more').open = true")
    browser.choose("#lever-shared_screening-rule", "veto")
    browser.choose("#lever-shared_screening-depth", "true")
    browser.choose("#lever-shared_screening-funding", "absorbed")
    browser.choose("#lever-world", "low-integrity")
    found = is_set(browser, lambda found: found.get("extends") == "low-integrity")
    wanted = {"lever": "shared_screening", "options": {"rule": "veto", "depth": True}, "funding": "absorbed"}
    wanted["strength"] = moved["shared_screening"]
    assert found["policy"] == [wanted]
    browser.choose("#lever-preset", "delivering-as-one")
    browser.until("document.querySelectorAll('.lever.on').length === 4")
    assert browser.js("return document.getElementById('lever-world').value") == "low-integrity"


def test_a_slider_moves_by_keyboard_and_is_read_aloud(browser):
    """Fails when somebody without a mouse, or who does not see the screen, cannot move a policy."""
    from selenium.webdriver.common.keys import Keys

    fresh(browser)
    slider = browser.one("#lever-partner_coordination")
    slider.send_keys(Keys.ARROW_RIGHT * 3)
    browser.until("document.querySelector('#lever-partner_coordination').getAttribute('aria-valuetext').includes('15')")
    is_set(browser, lambda found: found.get("policy") == [{"lever": "partner_coordination", "strength": 0.15}])
    assert "One desk" in slider.accessible_name and slider.aria_role == "slider"


def test_the_last_move_wins_and_stale_answers_are_never_drawn(browser):
    """Fails when a late answer to an earlier move is drawn over the answer to the last one."""
    fresh(browser)
    browser.js("""
        window.drawn = [];
        new MutationObserver(() => window.drawn.push(document.querySelector('#cards').dataset.answer))
          .observe(document.querySelector('#cards'), {attributes: true});
        const slider = document.querySelector('#lever-staff_training');
        let value = 0;
        const timer = setInterval(() => {
          value += 5;
          slider.value = value;
          slider.dispatchEvent(new Event('input', {bubbles: true}));
          if (value === 95) clearInterval(timer);
        }, 30);
    """)
    is_set(browser, lambda found: found.get("policy") == [{"lever": "staff_training", "strength": 0.95}])
    numbers = [int(answer.split(":")[0]) for answer in browser.js("return window.drawn")]
    assert numbers == sorted(numbers)
    last = browser.text("#cards")
    link = urlsplit(browser.driver.current_url)
    fresh(browser, f"{link.path}?{link.query}")
    assert browser.text("#cards") == last


def test_undo_redo_replay_and_reset(browser):
    """Fails when a step back shows other controls or another answer than there were."""
    fresh(browser)
    nothing = browser.text("#cards")
    ask(browser, "document.getElementById('lever-legal_templates-switch').click()")
    templates = browser.text("#cards")
    ask(browser, "document.getElementById('lever-staff_training-switch').click()")
    both = browser.text("#cards")
    assert len({nothing, templates, both}) == 3
    ask(browser, "document.getElementById('undo').click()")
    assert browser.text("#cards") == templates
    browser.until("!document.getElementById('lever-staff_training-switch').checked")
    ask(browser, "document.getElementById('undo').click()")
    assert browser.text("#cards") == nothing and browser.js("return document.getElementById('undo').disabled")
    ask(browser, "document.getElementById('redo').click()")
    ask(browser, "document.getElementById('redo').click()")
    assert browser.text("#cards") == both and browser.js("return document.getElementById('redo').disabled")
    ask(browser, "document.getElementById('replay').click()")
    browser.until("document.querySelectorAll('.lever.on').length === 2")
    whole(browser)
    browser.until(f"document.querySelector('#cards').innerText.replace(/\\s+/g, ' ').trim() === {json.dumps(both)}")
    ask(browser, "document.getElementById('reset').click()")
    assert browser.text("#cards") == nothing and browser.js("return document.querySelectorAll('.lever.on').length") == 0


def test_a_link_and_a_file_hold_all_of_it(browser, tmp_path):
    """Fails when what is shared, downloaded or opened is another scenario than the one on the page."""
    fresh(browser, "/?scenario=all-three")
    browser.js("window.kept = {}; partnersim.saveText = (name, text) => { window.kept[name] = text; };"
               "navigator.clipboard.writeText = (text) => { window.kept.link = text; return Promise.resolve(); };")  # fmt: skip
    browser.click("#share")
    browser.until("window.kept.link")
    browser.click("#save")
    browser.until("window.kept['my-policies.toml']")
    kept = browser.js("return window.kept")
    file = tmp_path / "my-policies.toml"
    file.write_text(kept["my-policies.toml"], encoding="utf-8")
    wanted = load_scenario("all-three").digest
    assert load_scenario(file).digest == wanted
    assert sharing.scenario_from_text(sharing.from_link(parse_qs(urlsplit(kept["link"]).query)["s"][0])).digest == wanted
    cards = browser.text("#cards")
    assert browser.text("#command").startswith("partnersim compare baseline my-policies.toml --size class")
    fresh(browser)
    browser.driver.find_element("css selector", "#open-file").send_keys(str(file))
    browser.until("document.querySelectorAll('.lever.on').length === 4")
    whole(browser)
    assert browser.text("#cards") == cards


def test_the_command_line_compares_with_what_the_page_compares_with(browser, tmp_path, monkeypatch):
    """Fails when the command that the page prints gives other numbers than the page."""
    from partnersim.study.compare import compare

    fresh(browser, "/?scenario=scarce-companies")
    browser.js("window.kept = {}; partnersim.saveText = (name, text) => { window.kept[name] = text; };")
    ask(browser, "document.getElementById('lever-staff_training-switch').click()")
    assert "compare scarce-companies my-policies.toml" in browser.text("#command")
    ask(browser, "document.getElementById('lever-crisis_shock-switch').click()")
    assert "compare reference.toml my-policies.toml" in browser.text("#command")
    browser.click("#save")
    browser.until("window.kept['my-policies.toml'] && window.kept['reference.toml']")
    for name, text in browser.js("return window.kept").items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    table = compare(["reference.toml", "my-policies.toml"], seeds=20, size="class").table
    row = table[(table["scenario"] == "my-policies") & (table["outcome"] == "transaction_cost")].iloc[0]
    wanted = [words("en").number(row[column]) for column in ("reference_mean", "other_mean")]
    assert browser.js("return [...document.querySelectorAll('[data-card=cost] .from b')].map((b) => b.textContent)") == wanted


@pytest.mark.parametrize(
    "content, told",
    [
        ('title = "x"\n[[policy]]\nlever = "shared_screning"\n', "nearest: shared_screening"),
        ('title = "<img src=x onerror=alert(1)>"\nextends = "/etc/passwd"\n', "cannot name a file"),
        ("# " + "x" * 70_000, "larger than 64 KiB"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_in_words(browser, tmp_path, content, told):
    """Fails when an upload runs code, reaches a file of the server, takes without bound, or ends in silence."""
    fresh(browser)
    before = browser.text("#cards")
    file = tmp_path / "bad.toml"
    file.write_text(content, encoding="utf-8")
    browser.driver.find_element("css selector", "#open-file").send_keys(str(file))
    browser.shows(told, "[role=alert]")
    assert browser.text("#cards") == before and browser.js("return document.querySelectorAll('.mistake img').length") == 0


def test_a_link_that_was_cut_off_is_said_so(browser):
    """Fails when a broken link leaves a broken page."""
    fresh(browser, "/?s=eJwrycgsVgCiktSKEgA")
    browser.shows(words("en").say("mistake.title"), "[role=alert]")
    assert browser.js("return document.querySelectorAll('.lever.on').length") == 0


def test_figures_can_be_read_and_taken_away(browser):
    """Fails when a figure has no table for who cannot see it, or cannot be kept as picture and numbers."""
    fresh(browser, "/?scenario=shared-screening")
    browser.js("window.files = {}; partnersim.saveText = (name, text) => { window.files[name] = text; };"
               "HTMLAnchorElement.prototype.click = function () { window.files[this.download] = this.href; };")  # fmt: skip
    for key in ("cost", "incidents", "reach", "pipeline", "payers", "queue"):
        browser.js(f"document.querySelector('#figure-{key} details').open = true")
        browser.until(f"document.querySelectorAll('#figure-{key} tbody tr').length >= 5")
        browser.js(f"document.querySelectorAll('#figure-{key} .tools button').forEach((button) => button.click())")
        browser.until(f"window.files['{key}.png'] && window.files['{key}.csv']")
    files = browser.js("return window.files")
    assert all(
        len(files[f"{key}.png"]) > 20_000 and files[f"{key}.png"].startswith("data:image/png") for key in ("cost", "queue")
    )
    assert files["payers.csv"].count("\r\n") == 7
    assert browser.js("return [...document.querySelectorAll('.figure [role=img]')].every((e) => e.ariaLabel.length > 30)")


def test_each_policy_of_a_package_is_told_apart(browser):
    """Fails when what a policy adds is not the package against itself without that policy."""
    fresh(browser, "/?scenario=all-three")
    browser.js("document.getElementById('adds').open = true")
    browser.until(
        "document.querySelectorAll('.adds tbody tr').length === 4 && document.querySelectorAll('.adds td b').length === 12"
    )
    ask(browser, "document.getElementById('reset').click()")
    ask(browser, "document.getElementById('lever-staff_training-switch').click()")
    browser.until(
        "document.querySelectorAll('.adds tbody tr').length === 1 && document.querySelectorAll('.adds td b').length === 3"
    )
    alone = [browser.text(f"[data-card={key}] .verdict").split(":")[0].strip("✓✗ ") for key in ("cost", "incidents", "reach")]
    assert browser.js("return [...document.querySelectorAll('.adds td b')].map((cell) => cell.textContent)") == alone


@pytest.mark.parametrize("language", ["en", "zh"])
def test_an_exercise_asks_before_it_answers(browser, language):
    """Fails when an answer is shown before the prediction, or the prediction can be changed after it."""
    exercise, tell, say = load_exercise("fear-of-evaluation"), telling(language), words(language).say
    browser.open(f"/exercise/{exercise.name}?lang={language}")
    browser.shows(tell.about(exercise, "title"))
    for number, question in enumerate(exercise.questions):
        browser.shows(tell.prompt(exercise, question), f"#prompt-{number}")
        assert browser.js("return document.querySelector(arguments[0]).disabled", f"#run-{number}")
        assert browser.text(f"#answer-{number}") == ""
        browser.click(f"#predict-{number}-{number % 3}")
        browser.click(f"#run-{number}")
        browser.shows(say("exercise.why"), f"#answer-{number}")
        assert browser.js(f"return [...document.querySelectorAll('[name=predict-{number}]')].every((e) => e.disabled)")
        assert re.search(r"\d", browser.text(f"#answer-{number} .verdict"))
    browser.shows(say("exercise.end"))
    assert browser.barriers() == []


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_page_in_both_languages_without_barriers(browser, language):
    """Fails when a page shuts somebody out, scrolls sideways on a phone, or is not in the language that was asked for."""
    for path in PAGES:
        browser.open(path + ("&" if "?" in path else "?") + f"lang={language}")
        if path.startswith("/?") or path == "/":
            whole(browser)
        assert browser.js("return document.documentElement.lang") == language
        assert browser.barriers() == [], path
        for size in SIZES:
            browser.resize(size)
            assert not browser.overflows(), (path, size)
        browser.resize("laptop")


def test_a_language_is_chosen_and_kept(browser):
    """Fails when the page forgets the language that a student chose."""
    fresh(browser)
    browser.choose("#language", "zh")
    browser.shows(words("zh").say("explore.title"))
    browser.open("/about")
    browser.shows(words("zh").say("about.title"))
    browser.choose("#language", "en")
    browser.shows(words("en").say("about.title"))


def test_nothing_was_asked_of_another_host_and_nothing_went_wrong(browser):
    """Fails when any page above needs the internet, or its code is faulty. Runs last."""
    assert browser.foreign() == []
    assert [text for text in browser.complaints if "favicon" not in text] == []
    assert len(browser.requests) > 50
