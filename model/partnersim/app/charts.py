"""Charts as ECharts options, made of what the view says."""

from __future__ import annotations

import math
from typing import Any

from partnersim.app.view import Chart
from partnersim.app.words import Words
from partnersim.figures.style import BLACK, BLUE, GREY, PALE

MINE, WITHOUT, QUIET, RULE = BLUE, BLACK, GREY, "#D9D9D9"
BAND = 0.18
FONTS = "system-ui, Noto Sans, Noto Sans CJK SC, Microsoft YaHei, PingFang SC, sans-serif"
Options = dict[str, Any]


def options(chart: Chart, words: Words) -> Options:
    """What ECharts draws of a figure."""
    return {"lines": _lines, "bars": _bars}[chart.kind](chart, words)


def _common(words: Words) -> Options:
    legend = [words.say("figure.with"), words.say("figure.without")]
    return {
        "animation": False,
        "textStyle": {"fontFamily": FONTS, "fontSize": 13},
        "legend": {"data": legend, "top": 0, "left": 0, "itemWidth": 28, "textStyle": {"fontSize": 13}, "icon": None},
        "tooltip": {"confine": True, "textStyle": {"fontSize": 13}},
        "aria": {"enabled": False},
    }


def _axis(kind: str, name: str = "", **more: Any) -> Options:
    line = {"lineStyle": {"color": QUIET}}
    return {
        "type": kind,
        "name": name,
        "nameTextStyle": {"color": QUIET, "fontSize": 12},
        "axisLine": line,
        "axisTick": line,
        "splitLine": {"show": kind == "value", "lineStyle": {"color": RULE}},
        "axisLabel": {"color": "#333333", "fontSize": 12, "hideOverlap": True},
        **more,
    }


def _plain(value: float) -> float | None:
    """What JSON can carry; four digits are more than a screen shows."""
    return None if not math.isfinite(value) else float(f"{value:.4g}")


def _lines(chart: Chart, words: Words) -> Options:
    rows = chart.rows
    half = (rows["high"] - rows["low"]) / 2.0
    low = rows["with"] - half
    mine, without = words.say("figure.with"), words.say("figure.without")
    dashed = {"color": WITHOUT, "width": 2, "type": [6, 4]}
    invisible = {"lineStyle": {"opacity": 0}, "symbol": "none", "silent": True, "stack": "band", "tooltip": {"show": False}}
    unit = words.say(f"figure.{chart.key}.unit")
    series = [
        {"type": "line", "name": "low", "data": [_plain(v) for v in low], **invisible},
        {"type": "line", "name": "band", "data": [_plain(v) for v in 2.0 * half], **invisible,
         "areaStyle": {"color": MINE, "opacity": BAND}},
        {"type": "line", "name": without, "data": [_plain(v) for v in rows["without"]], "symbol": "circle", "symbolSize": 4,
         "lineStyle": dashed, "itemStyle": {"color": WITHOUT}},
        {"type": "line", "name": mine, "data": [_plain(v) for v in rows["with"]], "symbol": "diamond", "symbolSize": 7,
         "lineStyle": {"color": MINE, "width": 3}, "itemStyle": {"color": MINE}},
    ]  # fmt: skip
    years = [str(label) for label in rows["label"]]
    top = {"nameLocation": "end", "nameGap": 12, "nameTextStyle": {"color": QUIET, "fontSize": 12, "align": "left"}}
    return _common(words) | {
        "tooltip": {**_common(words)["tooltip"], "trigger": "axis"},
        "grid": {"left": 8, "right": 34, "top": 58, "bottom": 6, "outerBoundsMode": "same", "outerBoundsContain": "axisLabel"},
        "xAxis": _axis("category", words.say("figure.year"), data=years, boundaryGap=False, nameLocation="end", nameGap=6),
        "yAxis": _axis("value", unit, min=0, **top) | {"axisLabel": _short()},
        "series": series,
    }


def _short() -> Options:
    """Labels of a value axis: large numbers are shortened in the browser by its own language."""
    return {"color": "#333333", "fontSize": 12, "hideOverlap": True, "short": True}


def _bars(chart: Chart, words: Words) -> Options:
    rows = chart.rows.iloc[::-1]
    half = ((rows["high"] - rows["low"]) / 2.0).to_numpy()
    mine, without = words.say("figure.with"), words.say("figure.without")
    whiskers = [
        [place, _plain(value - h), _plain(value + h)]
        for place, (value, h) in enumerate(zip(rows["with"], half, strict=True))
        if math.isfinite(h)
    ]
    decal = {"symbol": "rect", "dashArrayX": [2, 3], "dashArrayY": [8, 0], "rotation": 0.8, "color": "rgba(0,0,0,0.35)"}
    series = [
        {"type": "bar", "name": without, "data": [_plain(v) for v in rows["without"]], "barWidth": "32%", "barGap": "10%",
         "itemStyle": {"color": PALE, "borderColor": WITHOUT, "borderWidth": 1, "decal": decal}},
        {"type": "bar", "name": mine, "data": [_plain(v) for v in rows["with"]], "barWidth": "32%", "itemStyle": {"color": MINE}},
        {"type": "custom", "name": "whisker", "data": whiskers, "silent": True, "tooltip": {"show": False},
         "encode": {"x": [1, 2], "y": 0}, "z": 5},
    ]  # fmt: skip
    unit = words.say(f"figure.{chart.key}.unit")
    return _common(words) | {
        "tooltip": {**_common(words)["tooltip"], "trigger": "axis", "axisPointer": {"type": "shadow"}},
        "grid": {"left": 8, "right": 16, "top": 34, "bottom": 22, "outerBoundsMode": "same", "outerBoundsContain": "axisLabel"},
        "xAxis": _axis("value", unit, min=0, splitNumber=4, nameLocation="middle", nameGap=26) | {"axisLabel": _short()},
        "yAxis": _axis("category", data=list(rows["label"])),
        "series": series,
    }
