"""How a brief's numbers were made: assumptions, methods, studies, versions, and the commands that make them again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from partnersim.brief.blocks import Grid, Paragraph, Section, Sentence
from partnersim.study.paired import LEVEL
from partnersim.study.spec import seeds_of

if TYPE_CHECKING:
    from partnersim.brief.brief import Brief
    from partnersim.brief.parts import Part


TIMES = (("h", 5400, 3600), ("min", 90, 60), ("s", 1, 1))
"""Units of time, from how many seconds on each is used, and how many it has."""


def section(brief: Brief, commands: list[str]) -> Section:
    """The last section. ``commands``: what makes studies and brief again."""
    say = brief.say
    whole = Section("method", say("method.title"), is_page=True)
    assumed = Section("assumptions", say("method.assumptions"))
    if inputs := inputs_of(brief.parts):
        assumed.blocks.append(Paragraph([say("method.assumptions_text", assumed=inputs[0], inputs=inputs[1])]))
    settings = {(part.opened.study.months, part.opened.study.size) for part in brief.parts}
    told = Section("methods", say("method.methods"))
    for months, size in sorted(settings):
        told.blocks.append(Paragraph([say("method.text", months=months, size=say(f"method.size.{size}"), level=f"{LEVEL:.0%}")]))
    for kind in dict.fromkeys(part.kind for part in brief.parts):
        told.blocks.append(Paragraph([say(f"method.kind.{kind}")]))
    made = Section("studies", say("method.studies"), [_studies(brief)])
    again = Section("again", say("method.reproduce"), [Paragraph([command], "command") for command in commands])
    whole.parts += [assumed, told, made, again, Section("manifest", say("method.manifest"), [_manifest(brief)])]
    return whole


def inputs_of(parts: list[Part]) -> tuple[int, int] | None:
    """How many inputs are assumed, of how many, in the study that rests on most; None where none says it."""
    told = [part.opened.asked.inputs for part in parts if part.opened.asked.inputs]
    return max(told, key=lambda pair: pair[1]) if told else None


def _studies(brief: Brief) -> Grid:
    say = brief.say
    rows: list[list[Sentence]] = []
    for part in brief.parts:
        opened, study = part.opened, part.opened.study
        design = say(
            f"method.design.{part.kind}",
            scenarios=f"{len(brief.scenarios(part)):,}",
            worlds=f"{brief.worlds(part):,}",
            how=say(f"method.how.{study.uncertainties.design}") if study.uncertainties else "",
        )
        seeds = {len(seeds_of(found)) for found in (opened.manifest.get("seeds") or {}).values()}
        failed = len(opened.table("failures")) if opened.is_complete else 0
        cells = [
            f"{part.name}{say('word.colon')}{study.title}",
            design,
            say("word.to").join(f"{n:,}" for n in sorted({min(seeds), max(seeds)})) if seeds else say("word.nothing"),
            f"{failed:,}",
            _time_told(brief, opened.manifest.get("cpu_seconds", 0.0)),
        ]
        rows.append([[cell] for cell in cells])
    heads = [say(f"method.head_{name}") for name in ("study", "design", "seeds", "failed", "time")]
    return Grid(say("method.studies"), heads, rows)


def _time_told(brief: Brief, seconds: float) -> str:
    """About how long it took."""
    for unit, least, size in TIMES:
        if seconds >= least:
            return brief.say(f"method.time.{unit}", n=f"{seconds / size:.2g}")
    return brief.say("method.time.none")


def _manifest(brief: Brief) -> Grid:
    say = brief.say

    def told(key: str, value: Any) -> str:
        if key == "git":
            return say("method.changed", commit=value["commit"]) if value["changed"] else str(value["commit"])
        return ", ".join(f"{name} {version}" for name, version in value.items()) if isinstance(value, dict) else str(value)

    rows: list[list[Sentence]] = []
    for key in ("model", "git", "packages", "python", "platform"):
        values = {told(key, found) for part in brief.parts if (found := part.opened.manifest.get(key))}
        if values:
            rows.append([[say(f"method.{key}")], [say("word.semicolon").join(sorted(values))]])
    return Grid(say("method.manifest"), [say("method.head_key"), say("method.head_value")], rows)
