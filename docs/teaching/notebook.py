# The first lesson: predict, run, explain. The notebook is made from this script by `uv run python docs/teaching/make.py`.

# %% [markdown]
# # First lesson: does coordination pay?
#
# UN entities court the same companies. A coordination desk could end that: whoever wants to approach a company tells
# the desk first. Does it make partnering cheaper? You will **predict**, **run** a hundred worlds, and **explain**
# what you see.
#
# Time: about 45 minutes. You need to know how to run a cell (Shift + Enter), nothing else.

# %%
import os
import tempfile
from pathlib import Path

import matplotlib.pyplot as plt

import partnersim as ps

SEEDS = int(os.environ.get("PARTNERSIM_LESSON_SEEDS", "100"))  # how many worlds
COST = "transaction_cost"  # staff-days of all sides for each year of a partnership that works

# %% [markdown]
# ## One world
#
# A *run* is one possible history of ten years: entities look for companies, court them, check them, sign, deliver,
# and sometimes fail. The *seed* decides about luck, such as who meets whom. Change the seed and run the cell again:
# another world, another story.

# %%
story = ps.run("baseline", seed=1, size="class")
print("\n\n".join(story.text().split("\n\n")[:7]))  # the first years

# %% [markdown]
# ## Predict
#
# A desk opens in the first year. What happens to the transaction cost?
#
# - *lower*: entities no longer court one company side by side, so fewer days are wasted
# - *higher*: a desk needs staff, and telling it of every approach takes time
#
# Write down your prediction **before** you go on, and say to your neighbour why.

# %%
my_prediction = "lower"  # or "higher", or "no clear difference"

# %% [markdown]
# ## Run
#
# Two scenarios, the same seeds. Each world is lived twice, without the desk and with it, with the same luck
# otherwise. So what differs is the desk and not the luck. The first time this takes about a minute, since the engine
# is compiled.

# %%
comparison = ps.compare(["baseline", "central-coordination"], seeds=SEEDS, months=120, size="class")
answers = comparison.table.set_index("outcome")
answers.loc[COST, ["reference_mean", "other_mean", "difference", "low", "high", "runs"]]

# %% [markdown]
# `difference` is the mean over all worlds, with the desk minus without it. `low` and `high` are its 95 % interval: if
# we drew as many worlds again and again, about 95 of 100 such intervals would hold the true mean. If the interval
# leaves out zero, the difference is **clear**. If it holds zero, these worlds cannot tell, which is not the same as
# "no effect".


# %%
def verdict(row):
    """What the interval says."""
    return "higher" if row["low"] > 0 else "lower" if row["high"] < 0 else "no clear difference"


print(f"You said {my_prediction}, these worlds say {verdict(answers.loc[COST])}.")

# %% [markdown]
# ## Look at it
#
# Each dot is one world: with the desk minus without. Do all worlds agree?

# %%
without, with_desk = (comparison.runs[name].outcomes[COST] for name in ("baseline", "central-coordination"))
difference = with_desk - without
fig, axis = plt.subplots(figsize=(7, 2.2), layout="constrained")
axis.plot(difference, [seed % 7 for seed in difference.index], "o", color="#0072B2", alpha=0.7)
axis.axvline(0, color="black", linewidth=1)
axis.axvline(difference.mean(), color="#D55E00", linestyle="--", label="mean")
axis.set(xlabel="transaction cost: with the desk minus without (staff-days)", yticks=[], title="One dot a world")
axis.legend()
plt.show()

# %% [markdown]
# ## Explain
#
# A model can be asked why. Look at other outcomes of the same runs: did the desk end rival courting? Did that save
# days? Where did the days go?

# %%
asked = [
    "duplicate_courting",
    "days_courting",
    "days_design",
    "days_negotiation",
    "slack_days",
    "days_desk",
    "transaction_cost_net",
]
why = answers.loc[asked, ["reference_mean", "other_mean", "difference", "low", "high"]].copy()
why["verdict"] = why.apply(verdict, axis=1)
why.round(2)

# %% [markdown]
# Doubled courting falls: the desk does its work. Courting takes fewer days. But the desk itself takes more than that
# (`days_desk`), and the days that are freed go into other cases (`days_design`, `days_negotiation`) instead of being
# saved. Leave the desk's bill out (`transaction_cost_net`), and hardly anything is left of the difference.
#
# ## Repair it
#
# A scenario is a few lines of text. This one gives the desk half the days. Predict first, then run; then try other
# sizes, down to 10.

# %%
text = """
title = "A desk with half the days"
extends = "baseline"

[[policy]]
lever = "partner_coordination"
set = { desk_days_coordination = 120 }   # staff-days a month in the whole system; usual: 240
"""
with tempfile.TemporaryDirectory() as folder:
    file = Path(folder) / "half-desk.toml"
    file.write_text(text, encoding="utf-8")
    half = ps.load_scenario(file)

repair = ps.compare(["central-coordination", half], seeds=SEEDS, months=120, size="class")
repaired = repair.table.set_index("outcome").loc[[COST, "duplicate_courting", "queue_coordination", "signed"]]
repaired.assign(verdict=repaired.apply(verdict, axis=1))[["reference_mean", "other_mean", "difference", "verdict"]].round(3)

# %% [markdown]
# ## What this model cannot tell you
#
# How much a company minds a second caller is an assumption, and what coordination can win rests on it. The model does
# not know your organisation. It says what follows from its assumptions, and where to look: at the size of the desk,
# and at what freed time is used for.
#
# Next: the other exercises, `uv run partnersim exercise` in a terminal, or the page that `uv run partnersim app`
# opens.
