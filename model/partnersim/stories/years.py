"""The years of a run: a frame, and for each year the sentences on what was new in it.

The first year says where things stand. After that a measure is news by how much it changed against the year before, in
changes usual for it in this run, times a weight; a record of the run counts as one change more. The three greatest
pieces of news of a year are told, the greatest first. Those below NEWS only make up two sentences, and changes below
LEAST are none.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd

from partnersim.english import often, ordinal, people, sentence, told
from partnersim.ledger import SERIES
from partnersim.outcomes import ratio
from partnersim.stories.names import DESK_WORDS

DESKS = {f"queue_{desk.name.lower()}": words for desk, words in DESK_WORDS.items()}
REACH = ("reach_all", "transformative_reach", "reach_low_income")
NEWS, FEWEST, MOST = 0.9, 2, 3
"""News worth a sentence, in usual changes; sentences in a year, at least and at most."""
LEAST = {
    "signed": (0.05, 2.0, 1.2),
    "live": (0.02, 2.0, 1.0),
    "performing": (0.03, 2.0, 1.0),
    "people": (0.05, 0.0, 0.8),
    "transformative": (0.0, 1.0, 1.0),
    "incidents": (0.2, 2.0, 2.0),
    "reputation": (0.0, 1.0, 1.0),
    "cost": (0.04, 1.0, 0.8),
    "queue": (0.25, 3.0, 0.7),
}
"""Changes below this share of the year before, or below this number in the measure's unit, are no news; then a weight."""
STRONG = 0.25
"""Relative change above which a verb is a strong one."""


def years_frame(series: np.ndarray) -> pd.DataFrame:
    """A row a year of the study (the last may be shorter), made of the monthly paths alone.

    ``year``, ``months`` (how many it has), and every monthly path by its own name: a flow is summed over the year, a
    stock is that of the year's last month, and reach is in person-years. ``<queue>_peak`` is the longest queue of the
    year in cases, ``cost`` the staff-days of all sides per performing partnership-year.
    """
    rows = []
    for first in range(0, series.size, 12):
        part = series[first : first + 12]
        row: dict[str, float] = {"year": first // 12 + 1, "months": part.size}
        for s in SERIES:
            values = part[s.name]
            if s.name in REACH:
                row[s.name] = float(values.sum()) / 12.0
            else:
                row[s.name] = float(values.sum() if s.kind == "flow" else values[-1])
        row |= {f"{queue}_peak": float(part[queue].max()) for queue in DESKS}
        row["cost"] = ratio(row["transaction_days"], float(part["performing"].sum()) / 12.0)
        rows.append(row)
    return pd.DataFrame(rows).astype({"year": int, "months": int})


class Years:
    """Sentences on each year of a frame of years.

    ``stocks``: those known of the month before the study; ``largest``: for each year, the entities hit by its largest
    scandal.
    """

    def __init__(self, frame: pd.DataFrame, stocks: dict[str, float], largest: Sequence[int]) -> None:
        self.frame, self.stocks, self.largest = frame, stocks, largest
        self.full = (frame["months"] == 12).to_numpy()
        self.queue = max(DESKS, key=lambda queue: frame[f"{queue}_peak"].max())
        names = ("signed", "live", "performing", "incidents", "reputation", "cost", "transformative")
        self.values = {name: frame[name].to_numpy(dtype=float) for name in names}
        self.values["people"] = frame["reach_all"].to_numpy() * 12.0 / frame["months"].to_numpy()
        self.values["queue"] = frame[f"{self.queue}_peak"].to_numpy(dtype=float)

    def told(self, i: int) -> str:
        """What happened in the year in row ``i``."""
        if i == 0 or not self.full[i]:
            return " ".join(sentence(text) for text in self._standing(i))
        tell: dict[str, Callable[[int], str]] = {
            "signed": self._signed,
            "live": self._live,
            "performing": self._performing,
            "people": self._people,
            "transformative": self._transformative,
            "incidents": self._incidents,
            "reputation": self._reputation,
            "cost": self._cost,
            "queue": self._queue,
        }
        news = {name: self._news(name, i) for name in tell}
        # What is signed is part of what is live, and scandals bring their reputation with them.
        news[min("signed", "live", key=news.__getitem__)] = 0.0
        if self._sank_with_scandals(i):
            news["incidents"], news["reputation"] = max(news["incidents"], news["reputation"]), 0.0
        best = sorted((name for name in tell if news[name] > 0.0), key=lambda name: -news[name])[:MOST]
        chosen = [name for k, name in enumerate(best) if k < FEWEST or news[name] >= NEWS]
        return " ".join(sentence(tell[name](i)) for name in chosen) or self._quiet(i)

    def _news(self, name: str, i: int) -> float:
        change, (share, number, weight) = abs(self._change(name, i)), LEAST[name]
        if not change >= max(share * abs(self.values[name][i - 1]), number, 1e-9):
            return 0.0
        usual = float(np.nanmean(np.abs(np.diff(self.values[name][self.full]))))
        return weight * (change / usual + (1.0 if self._record(name, i) else 0.0))

    def _record(self, name: str, i: int) -> int:
        """1 or -1 where the year stands alone at the upper or lower end of all full years, of at least four; else 0."""
        values = self.values[name][self.full]
        if values.size < 4 or (values == self.values[name][i]).sum() != 1:
            return 0
        return int(self.values[name][i] == values.max()) - int(self.values[name][i] == values.min())

    def _change(self, name: str, i: int) -> float:
        return float(self.values[name][i] - self.values[name][i - 1])

    def _verb(self, name: str, i: int, verbs: tuple[str, str, str, str] = ("rose", "jumped", "fell", "dropped")) -> str:
        change, before = self._change(name, i), self.values[name][i - 1]
        return verbs[(0 if change > 0 else 2) + (abs(change) >= STRONG * abs(before))]

    def _tail(self, name: str, i: int, most: str = "the most of any year", least: str = "the fewest of any year") -> str:
        """What makes the year stand out: a record, or a third change in a row; else nothing."""
        record = self._record(name, i)
        if record:
            return f", {most if record > 0 else least}"
        steps = np.sign(np.diff(self.values[name][: i + 1]))[::-1]
        streak = int(np.argmin(np.append(steps == steps[0], False))) if steps[0] != 0 else 0
        if streak < 3:
            return ""
        return f", the {ordinal(streak)} {'rise' if steps[0] > 0 else 'fall'} in a row"

    def _signed(self, i: int) -> str:
        now, before = self.values["signed"][i], self.values["signed"][i - 1]
        verb = self._verb("signed", i, ("picked up", "leapt", "slackened", "slumped"))
        return f"Signings {verb} from {told(before)} to {told(now)}{self._tail('signed', i)}."

    def _live(self, i: int) -> str:
        row, change = self.frame.iloc[i], round(self._change("live", i))
        way = f"grew by {told(change)}" if change > 0 else f"shrank by {told(-change)}"
        tail = self._tail("live", i, "the largest of any year", "the smallest of any year")
        signed, ended = told(row["signed"], "agreement"), told(row["ended"], "partnership")
        return f"With {signed} signed and {ended} ended, the stock of live partnerships {way} to {told(row['live'])}{tail}."

    def _performing(self, i: int) -> str:
        row, before = self.frame.iloc[i], told(self.values["performing"][i - 1])
        verb, tail = self._verb("performing", i), self._tail("performing", i)
        share = f"{ratio(row['performing'], row['delivering']):.0%} of those that deliver"
        return f"Performing partnerships {verb} from {before} to {told(row['performing'])}, {share}{tail}."

    def _quiet(self, i: int) -> str:
        row = self.frame.iloc[i]
        return f"A quiet year: {told(row['signed'], 'agreement')} signed, {told(row['live'])} partnerships live at its end."

    def _people(self, i: int) -> str:
        now, before = people(self.values["people"][i]), people(self.values["people"][i - 1])
        against = self._against("people", i, before.removesuffix(" people")) if now != before else ""
        return f"Partnerships reached {now} on average{self._tail('people', i)}{against}."

    def _transformative(self, i: int) -> str:
        now, before = self.values["transformative"][i], self.values["transformative"][i - 1]
        held = "had become transformative by the end" if now > before else "remained transformative at the end"
        return f"{told(now, 'live partnership')} {held}, after {told(before) if before else 'none'} a year before."

    def _sank_with_scandals(self, i: int) -> bool:
        return self._change("reputation", i) <= -1.0 and self.values["incidents"][i] > 0

    def _incidents(self, i: int) -> str:
        row, before = self.frame.iloc[i], self.values["incidents"][i - 1]
        tail = self._tail("incidents", i) if row["incidents"] else ""
        text = f"{self._scandals(i)}{tail}, after {told(before, 'hit')} the year before"
        if self._sank_with_scandals(i):
            was, now = self.values["reputation"][i - 1], row["reputation"]
            text += f", and mean reputation {self._verb('reputation', i, REPUTATION)} from {was:.0f} to {now:.0f} points"
        return f"{text}."

    def _reputation(self, i: int) -> str:
        was, now = self.values["reputation"][i - 1], self.values["reputation"][i]
        verb = self._verb("reputation", i, REPUTATION)
        tail = self._tail("reputation", i, "the highest of any year", "the lowest of any year")
        return f"The entities' mean reputation {verb} from {was:.0f} to {now:.0f} points{tail}."

    def _cost(self, i: int) -> str:
        now, before = (told(self.values["cost"][k], "staff-day") for k in (i, i - 1))
        against = self._against("cost", i, before.split()[0]) if now != before else ""
        tail = self._tail("cost", i, "the most of any year", "the least of any year")
        return f"A performing partnership-year cost all sides {now}{tail}{against}."

    def _queue(self, i: int) -> str:
        now, before = self.values["queue"][i], self.values["queue"][i - 1]
        tail = self._tail("queue", i)
        return f"Up to {told(now, 'case')} waited at {DESKS[self.queue]}{tail}, after {told(before)} the year before."

    def _against(self, name: str, i: int, before: str) -> str:
        return f", {'up' if self._change(name, i) > 0 else 'down'} from {before}"

    def _scandals(self, i: int) -> str:
        events, hits, largest = self.frame["incident_events"][i], self.frame["incidents"][i], self.largest[i]
        if hits == 0:
            return "no scandal was laid at a UN entity's door"
        if events == 1:
            return f"one scandal hit {told(hits, 'UN entity')}"
        alone = f", {told(largest)} of them at once" if largest > max(2, hits / 3) else ""
        return f"{told(events, 'scandal')} hit UN entities {often(hits)}{alone}"

    def _standing(self, i: int) -> list[str]:
        """A plain account of a first year, or of one that is not whole and so cannot be compared."""
        row = self.frame.iloc[i]
        before = self.values["live"][i - 1] if i else self.stocks["live"]
        change = round(row["live"] - before)
        so = "as many as before" if change == 0 else f"{told(abs(change))} {'more' if change > 0 else 'fewer'} than before"
        when = "" if self.full[i] else f"in {told(row['months'], 'month')} "
        told_now = [
            f"{when}entities signed {told(row['signed'], 'agreement')} and dropped {told(row['dropped'], 'other idea')};"
            f" {told(row['ended'], 'partnership')} ended, which left {told(row['live'])} live, {so}."
        ]
        if row["delivering"]:
            told_now.append(
                f"of the {told(row['delivering'])} that deliver, {told(row['performing'])} truly performed, and they reached"
                f" {people(self.values['people'][i])} on average."
            )
        told_now.append(f"{self._scandals(i)}.")
        if row["cost"] == row["cost"]:
            told_now.append(f"a performing partnership-year cost all sides {told(row['cost'], 'staff-day')}.")
        return told_now


REPUTATION = ("rose", "soared", "slid", "plunged")
