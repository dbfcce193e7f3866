"""Every mistake a user can make in a file ends in one sentence that names the file, the key, what is allowed and the
nearest valid name. A failure here means that somebody stares at a traceback, or that a wrong file is believed."""

import re
import shutil
from pathlib import Path

import pytest

from partnersim.population.load import load_population
from partnersim.scenario import (
    ScenarioError,
    find_population,
    find_scenario,
    load_levers,
    load_parameters,
    load_scenario,
)
from partnersim.scenario.parameters import KEYS

PARAMETER = """
[{name}]
title = "Days to search for a partner"
value = 1.5
unit = "staff-days"
range = [0.75, 3.0]
role = "uncertainty"
status = "assumed"
source = "assumed: for the test"
"""
LEVER = """
id = "L99"
title = "A lever"
paragraphs = [52]
mechanism = "It moves something."
trade_off = "It costs something."
role = "lever"
ramp = 12
source = "A/66/320 para 52"
[options.rule]
values = ["reused", "veto"]
default = "reused"
meaning = "Which rule."
[[contribution]]
channel = "check_reuse"
value = 0.5
range = [0.0, 1.0]
when = { rule = ["reused"] }
status = "assumed"
source = "assumed: for the test"
[[cost]]
name = "setup"
days = 10.0
range = [5.0, 20.0]
per = "system"
payer = "secretariat"
status = "assumed"
source = "assumed: for the test"
"""
COST_SOURCE = LEVER[LEVER.rindex('status = "assumed"') :]
HEAD = 'title = "T"\n'
POLICY = HEAD + "[[policy]]\n"
SCREENING = POLICY + 'lever = "shared_screening"\n'


@pytest.fixture(scope="module")
def parameters(tmp_path_factory):
    folder = tmp_path_factory.mktemp("parameters")
    (folder / "effort.toml").write_text(PARAMETER.format(name="days_search"), encoding="utf-8")
    return load_parameters(folder)


def refused(path, text, load):
    """The message with which ``load`` refuses ``text``; it is one sentence and opens with the file."""
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ScenarioError) as caught:
        load()
    message = str(caught.value)
    assert path.name in message
    assert "\n" not in message
    return message


SCENARIO_MISTAKES = {
    "title missing": ("", "key title: is missing"),
    "title blank": ('title = " "', "key title: is blank"),
    "title no text": ("title = 3", "key title: wanted: a text; this is the number 3"),
    "unknown key": (HEAD + "extend = 'baseline'", 'unknown key "extend"; nearest: extends'),
    "syntax": (HEAD + "a = = 1", r"not valid TOML: .*line 2, column 5"),
    "key twice": (HEAD + HEAD, r"given twice \(at line 2"),
    "table twice": (HEAD + "[set]\n[set]\n", "given twice"),
    "set no table": (HEAD + "set = 3", "key set: wanted: a table"),
    "set misspelt": (
        HEAD + "[set]\ndays_serch = 1.0",
        r'\[set\]: unknown parameter or channel "days_serch"; nearest: days_search',
    ),
    "set out of range": (
        HEAD + "[set]\ndays_search = 9.0",
        r"\[set\], key days_search: 9.0 is out of range.* 0.75 to 3",
    ),
    "channel out of bounds": (HEAD + "[set]\ncheck_reuse = 2", "key check_reuse: 2 is out of range.* 0 to 1"),
    "set to a switch": (HEAD + "[set]\ndays_search = true", "key days_search: .*this is the switch true"),
    "set to a text": (HEAD + '[set]\ndays_search = "1"', 'key days_search: .*this is the text "1"'),
    "set to NaN": (HEAD + "[set]\ndays_search = nan", "key days_search: is not a finite number"),
    "set to infinity": (HEAD + "[set]\ndays_search = inf", "key days_search: is not a finite number"),
    "set to a giant": (HEAD + f"[set]\ndays_search = {10**400}", "key days_search: is not a finite number"),
    "set from population": (HEAD + "[set]\nhost_support = 0.5", "key host_support: cannot be set; the population"),
    "population misspelt": (
        HEAD + 'population = "un-2012"',
        'key population: .*unknown population "un-2012"; nearest: un-2011',
    ),
    "extends misspelt": (HEAD + 'extends = "basline"', 'key extends: .*unknown scenario "basline"; nearest: baseline'),
    "extends itself": (HEAD + 'extends = "mine.toml"', "key extends: goes round in a circle: mine -> mine"),
    "policy no list": (
        HEAD + "[policy]\nlever = 'x'",
        r"key policy: wanted: tables written as \[\[policy\]\]; this is a table",
    ),
    "policy no table": (HEAD + "policy = [1]", r"\[\[policy\]\] 1: a table is wanted, this is the number 1"),
    "lever missing": (POLICY + "start = 1", r"\[\[policy\]\] 1, key lever: is missing"),
    "lever misspelt": (
        POLICY + 'lever = "shared-screening"',
        'unknown lever "shared-screening"; nearest: shared_screening',
    ),
    "policy key": (SCREENING + "begin = 1", 'unknown key "begin"; .*allowed: .*start'),
    "start zero": (SCREENING + "start = 0", "key start: 0 is out of range; wanted: a whole number from 1"),
    "start fraction": (SCREENING + "start = 1.5", "key start: wanted: a whole number from 1"),
    "start switch": (SCREENING + "start = true", "key start: .*this is the switch true"),
    "end first": (SCREENING + "start = 9\nend = 8", "key end: month 8 is before the start in month 9"),
    "ramp below zero": (SCREENING + "ramp = -1", "key ramp: -1 is out of range"),
    "strength": (SCREENING + "strength = 1.1", "key strength: 1.1 is out of range; wanted: a number from 0 to 1"),
    "adoption": (SCREENING + "adoption = -0.1", "key adoption: -0.1 is out of range"),
    "funding": (
        SCREENING + 'funding = "newer"',
        'key funding: unknown value "newer"; nearest: new; allowed: absorbed, new',
    ),
    "target a word": (SCREENING + 'target = "hub"', r'key target: wanted: "all", or a list such as \["hub"\]'),
    "target empty": (SCREENING + "target = []", "key target: is empty"),
    "target twice": (SCREENING + 'target = ["hub", "hub"]', 'key target: holds the text "hub" twice'),
    "target all in list": (SCREENING + 'target = ["hub", "all"]', "key target: a list holds names"),
    "target number": (SCREENING + "target = [4]", "key target: .*it holds the number 4"),
    "option misspelt": (SCREENING + 'options = { rules = "veto" }', 'options: unknown option "rules"; nearest: rule'),
    "option value": (
        SCREENING + 'options = { rule = "pool" }',
        'options, key rule: unknown value "pool"; nearest: pooled',
    ),
    "option kind": (SCREENING + 'options = { depth = "yes" }', "options, key depth: wanted: one of false, true"),
    "size of nothing": (
        SCREENING + "set = { peer_ties = 1 }",
        'set: unknown contribution under these options "peer_ties"',
    ),
    "size under other options": (SCREENING + "set = { raters_pooled = 4 }", "unknown contribution under these options"),
    "size out of range": (
        SCREENING + "set = { badge_trust = 0.1 }",
        "set, key badge_trust: 0.1 is out of range.*0.3 to 1",
    ),
}


@pytest.mark.parametrize("case", SCENARIO_MISTAKES)
def test_a_mistake_in_a_scenario_is_named(case, parameters, tmp_path):
    """Failure: this mistake passes unseen, or its message hides the place, the allowed values or the nearest name."""
    text, said = SCENARIO_MISTAKES[case]
    path = tmp_path / "mine.toml"
    assert re.search(said, refused(path, text, lambda: load_scenario(path, parameters)))


LEVER_MISTAKES = {
    "unknown key": ('id = "L99"', 'id = "L99"\ncosts = 1', 'unknown key "costs"; nearest: cost'),
    "no trade-off": ('trade_off = "It costs something."', "", "key trade_off: is missing"),
    "no paragraphs": ("[52]", "[]", "key paragraphs: is empty"),
    "paragraph unknown": ("[52]", "[84]", "key paragraphs: 84 is not a paragraph of the report; allowed: 1 to 83"),
    "role": ('role = "lever"', 'role = "shock"', 'key role: unknown value "shock"'),
    "channel misspelt": ('"check_reuse"', '"check_reused"', "key channel: unknown channel .*; nearest: check_reuse"),
    "outside own range": ("value = 0.5", "value = 1.5", "key value: 1.5 is out of range"),
    "range reversed": ("[0.0, 1.0]", "[1.0, 0.0]", "key range: 1 is above 0"),
    "range short": ("[0.0, 1.0]", "[1.0]", "key range: .*this list has 1"),
    "range of switches": ("[0.0, 1.0]", "[false, true]", "key range: .*it holds the switch false"),
    "no status": ('status = "assumed"', "", "key status: is missing"),
    "status": ('"assumed"', '"guessed"', 'key status: unknown value "guessed".*allowed: assumed, calibrated'),
    "no source": ('\nsource = "assumed: for the test"', "", "key source: is missing"),
    "when option": ('rule = ["reused"] }', 'rules = ["reused"] }', 'when: unknown option "rules"; nearest: rule'),
    "when value": ('rule = ["reused"] }', 'rule = ["reuse"] }', 'when, key rule: unknown value "reuse"; nearest: reu'),
    "default": ('default = "reused"', 'default = "reuse"', r'\[options.rule\], key default: unknown value "reuse"'),
    "values mixed": ('["reused", "veto"]', '["reused", true]', "key values: mixes texts with true and false"),
    "unlawful bound": (
        "range = [0.0, 1.0]",
        "range = [0.0, 1.5]",
        "key range: 1.5 is not lawful for check_reuse, .*allowed: 0 to 1",
    ),
    "negative days": ("[5.0, 20.0]", "[-5.0, 20.0]", "key range: -5 is below 0"),
    "per": ('"system"', '"sytem"', 'key per: unknown value "sytem"; nearest: system'),
    "payer": ('"secretariat"', '"nobody"', 'key payer: unknown value "nobody"'),
    "desk without capacity": ('"system"', '"desk"', 'key cost: "setup" is paid per desk, but the lever adds no such'),
    "case that it does not bring about": ('"system"', '"plan"', "is paid per plan, but the lever does not move exit_plan_share"),
    "desk that nobody pays": ("check_reuse", "desk_days_country", r"none is paid per country_desk.* with per = \"country_desk"),
    "shock with a price": ('"lever"', '"uncertainty"', "key cost: is given; what befalls the world is no policy"),
    "cost without source": (
        f'payer = "secretariat"\n{COST_SOURCE}',
        'payer = "secretariat"\nstatus = "assumed"\n',
        r"\[\[cost\]\] 1, key source: is missing",
    ),
    "cost without range": ("range = [5.0, 20.0]\n", "", r"\[\[cost\]\] 1, key range: is missing"),
    "nothing is free": (LEVER[LEVER.index("[[cost]]") :], "", "key cost: is missing; nothing is free"),
}


@pytest.mark.parametrize("case", LEVER_MISTAKES)
def test_a_mistake_in_a_lever_is_named(case, tmp_path):
    """Failure: a lever without price, source or lawful size gets into the model."""
    old, new, said = LEVER_MISTAKES[case]
    assert old in LEVER
    path = tmp_path / "mine.toml"
    assert re.search(said, refused(path, LEVER.replace(old, new, 1), lambda: load_levers(tmp_path)))


@pytest.mark.parametrize(
    ("channel", "bad", "said"),
    [
        ("badge_trust", "0.0", "rule is scale; allowed: a factor above 0"),
        ("check_reuse", "1.2", "rule is union; allowed: 0 to 1"),
        ("raters_pooled", "6.0", "rule is max; allowed: 1 to 5"),
        ("peer_ties", "21.0", "rule is add; allowed: -20 to 20"),
    ],
)
def test_a_contribution_obeys_the_rule_of_its_channel(channel, bad, said, tmp_path):
    """Failure: a lever may multiply by zero, pass a probability above one or leave the channel's bounds."""
    text = LEVER.replace("check_reuse", channel).replace("0.5", bad).replace("[0.0, 1.0]", f"[{bad}, {bad}]")
    path = tmp_path / "mine.toml"
    message = refused(path, text, lambda: load_levers(tmp_path))
    assert "[[contribution]] 1, key range" in message
    assert f"not lawful for {channel}, whose {said}" in message


def test_a_channel_may_come_twice_only_under_other_options(tmp_path):
    """Failure: a lever counts one contribution twice without anybody asking for it."""
    block = LEVER[LEVER.index("[[contribution]]") : LEVER.index("[[cost]]")]
    path = tmp_path / "mine.toml"
    assert "check_reuse is given twice" in refused(path, LEVER + block, lambda: load_levers(tmp_path))
    path.write_text(LEVER + block.replace('["reused"]', '["veto"]'), encoding="utf-8")
    assert len(load_levers(tmp_path)["mine"].contributions) == 2


def test_two_levers_do_not_share_an_id(tmp_path):
    """Failure: results of two levers could be taken for one."""
    (tmp_path / "a.toml").write_text(LEVER, encoding="utf-8")
    assert "key id: L99 is also the id of a" in refused(tmp_path / "b.toml", LEVER, lambda: load_levers(tmp_path))


def test_a_lever_of_ones_own_stands_beside_the_scenario(tmp_path):
    """Failure: a lever cannot be tried without changing the library, or two files of one name go by the order of folders."""
    mine, folder = tmp_path / "mine.toml", tmp_path / "levers"
    folder.mkdir()
    (folder / "try_out.toml").write_text(LEVER, encoding="utf-8")
    mine.write_text(POLICY + 'lever = "try_out"\n', encoding="utf-8")
    assert [load_scenario(mine).levers[p.lever].id for p in load_scenario(mine).policies] == ["L99"]
    child = tmp_path / "below" / "child.toml"
    child.parent.mkdir()
    child.write_text(HEAD + 'extends = "../mine.toml"\n', encoding="utf-8")
    assert list(load_scenario(child).levers) == ["try_out"]
    (folder / "shared_screening.toml").write_text(LEVER.replace("L99", "L98"), encoding="utf-8")
    with pytest.raises(
        ScenarioError, match=r"shared_screening\.toml: .*levers/shared_screening\.toml is a lever of this name too; al"
    ):
        load_scenario(mine)
    (folder / "shared_screening.toml").write_text(LEVER.replace("L99", "L18"), encoding="utf-8")
    (folder / "shared_screening.toml").rename(folder / "second.toml")
    with pytest.raises(
        ScenarioError, match=r"second\.toml, key id: L18 is also the id of shared_screening; allowed: an id of its"
    ):
        load_scenario(mine)
    (folder / "second.toml").write_text(LEVER.replace("check_reuse", "chek_reuse"), encoding="utf-8")
    with pytest.raises(ScenarioError, match=r'second\.toml, .*key channel: unknown channel "chek_reuse"; nearest: check_reuse'):
        load_scenario(mine)


PARAMETER_MISTAKES = {
    "blank source": ('"assumed: for the test"', '" "', "key source: is blank"),
    "status": ('"assumed"', '"guessed"', 'key status: unknown value "guessed".*allowed: assumed, calibrated, derived, measured'),
    "range turned round": ("[0.75, 3.0]", "[3.0, 0.75]", "key range: "),
    "unknown key": ("unit =", "units =", 'unknown key "units"; nearest: unit'),
    "outside range": ("value = 1.5", "value = 5", "key value: 5 is out of its range; allowed: 0.75 to 3"),
    "role": ("uncertainty", "lever", 'key role: unknown value "lever".*allowed: constant, uncertainty'),
    "a number alone": (PARAMETER[1:], "{name} = 3", r"\[days_search\]: a table is wanted, this is the number 3"),
    "name of a channel": ("{name}", "check_days", r"\[check_days\]: a channel has this name"),
    "name no word": ("{name}", '"days search"', "a name is wanted of letters"),
}


@pytest.mark.parametrize("case", PARAMETER_MISTAKES)
def test_a_mistake_in_a_parameter_is_named(case, tmp_path):
    """Failure: a number without unit, range or provenance gets into the model."""
    old, new, said = PARAMETER_MISTAKES[case]
    assert old in PARAMETER
    text = PARAMETER.replace(old, new).format(name="days_search")
    assert re.search(said, refused(tmp_path / "effort.toml", text, lambda: load_parameters(tmp_path)))


@pytest.mark.parametrize("key", KEYS)
def test_a_parameter_without_one_of_its_keys_is_refused(key, tmp_path):
    """Failure: a number gets into the model that nobody can name, sweep or doubt."""
    text = re.sub(rf"^{key} = .*\n", "", PARAMETER, flags=re.MULTILINE).format(name="days_search")
    message = refused(tmp_path / "effort.toml", text, lambda: load_parameters(tmp_path))
    assert f"[days_search], key {key}: is missing" in message


def test_a_parameter_stands_in_one_file(tmp_path):
    """Failure: which of two values counts would depend on the order of files."""
    text = PARAMETER.format(name="days_search")
    (tmp_path / "a.toml").write_text(text, encoding="utf-8")
    assert "also given in a.toml" in refused(tmp_path / "b.toml", text, lambda: load_parameters(tmp_path))


def test_parameters_are_sorted_by_name_whatever_the_file(tmp_path):
    """Failure: tables and digests would depend on file names."""
    (tmp_path / "a.toml").write_text(PARAMETER.format(name="zeal") + PARAMETER.format(name="ease"), encoding="utf-8")
    (tmp_path / "b.toml").write_text(PARAMETER.format(name="mean"), encoding="utf-8")
    found = load_parameters(tmp_path)
    assert list(found) == ["ease", "mean", "zeal"]
    assert (found["mean"].group, found["mean"].low, found["mean"].value) == ("b", 0.75, 1.5)


def test_files_that_are_no_text_are_refused_in_words(tmp_path, parameters):
    """Failure: a folder, a missing file, a picture or a bracket bomb shows a traceback."""
    path = tmp_path / "mine.toml"
    path.write_bytes(b'title = "\xff"')
    with pytest.raises(ScenarioError, match="byte 10 is not UTF-8"):
        load_scenario(path, parameters)
    path.write_text("a = " + "[" * 100_000, encoding="utf-8")
    with pytest.raises(ScenarioError, match="nested too deeply"):
        load_scenario(path, parameters)
    for wrong, said in ((tmp_path, "this is a folder"), (tmp_path / "none.toml", "no file"), ("a\0b", "no file")):
        with pytest.raises(ScenarioError, match=said):
            load_scenario(wrong, parameters)
    for load in (load_levers, load_parameters):
        with pytest.raises(ScenarioError, match="no such folder"):
            load(tmp_path / "none")


def test_a_byte_order_mark_and_windows_lines_are_read(tmp_path, parameters):
    """Failure: a file saved by a Windows editor is refused for no visible reason."""
    path = tmp_path / "mine.toml"
    path.write_bytes(b'\xef\xbb\xbftitle = "T"\r\n[set]\r\ndays_search = 2\r\n')
    assert load_scenario(path, parameters).values == {"days_search": 2.0}


def test_a_name_or_a_file_is_found(tmp_path):
    """Failure: the command line cannot reach the shipped scenarios or a user's own."""
    assert find_scenario("baseline") == find_scenario("baseline.toml")
    mine = tmp_path / "baseline.toml"
    mine.write_text(HEAD, encoding="utf-8")
    assert find_scenario(mine) == mine
    assert find_scenario("baseline.toml", tmp_path) == mine
    assert find_scenario("baseline", tmp_path) != mine, "a bare name means the library"
    with pytest.raises(ScenarioError, match='unknown scenario "all-thre"; nearest: all-three'):
        find_scenario("all-thre")
    with pytest.raises(ScenarioError, match="nearest: un-2011"):
        find_population("un2011", Path(tmp_path))


def test_more_sectors_than_there_is_room_for_are_refused(tmp_path):
    """Failure: a population of finer sectors ends in a traceback about shapes of arrays."""
    shutil.copytree(find_population("un-2011"), mine := tmp_path / "mine")
    sector = "[sector.more_{}]\nshare = 0.0\nmisconduct = 1.0\ncompetence = [0, 0, 0, 0, 0, 0, 0, 0]\n"
    with (mine / "companies.toml").open("a", encoding="utf-8") as file:
        file.write("\n" + "".join(sector.format(i) for i in range(6)))
    assert len(load_population(mine).sectors) == 16
    with (mine / "companies.toml").open("a", encoding="utf-8") as file:
        file.write(sector.format(6))
    with pytest.raises(ScenarioError, match="companies.toml: 17 sectors; allowed are at most 16"):
        load_population(mine)
