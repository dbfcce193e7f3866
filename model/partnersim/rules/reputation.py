"""Reputation: incidents take it, in part from neighbours and the system too; time and performance bring it back."""

from __future__ import annotations

from partnersim.choice import clip
from partnersim.compiled import compiled
from partnersim.kinds import Stage
from partnersim.rules.records import path

ENDED = int(Stage.ENDED)


@compiled
def spillover(weight, tie, system_share):
    """Share of an entity's loss that reaches another: through their tie (0.10-0.15, S85) and, less, through the UN's name."""
    return weight * clip(tie, 0.0, 1.0) + system_share


@compiled
def hurt(w):
    """Rule: each entity hit loses reputation, more than a firm would for the same wrong (S87); its neighbours lose some.

    Each event of a sample stands for 1 / scale events of the world.

    Reads and clears the entities' field ``hit``: severity x depth x visibility of the event just exposed.
    """
    entities, peer_ties = w.entity, w.peer
    param, scale = w.system[0]["param"], w.system[0]["scale"]
    n = entities.shape[0]
    total = 0.0
    for e in range(n):
        loss = entities[e]["hit"] * param["un_multiplier"] * param["severity_points"]
        if loss <= 0.0:
            continue
        for f in range(n):
            tie = peer_ties[e, f]["strength"]
            part = loss if f == e else loss * spillover(param["spillover"], tie, param["spillover_system"])
            entities[f]["reputation"] = max(entities[f]["reputation"] - part / scale, 0.0)
            total += part
    for e in range(n):
        entities[e]["hit"] = 0.0
    path(w)["incident_loss"] += total


@compiled
def recover(w):
    """Rule: reputation drifts back to its usual level, which reported success raises a little (S87; assumed)."""
    entities, system, param = w.entity, w.system[0], w.system[0]["param"]
    n = system["n_delivering"]
    success = system["n_reported"] / n - param["reported_usual"] if n > 0 else 0.0
    usual = param["reputation_usual"] + param["reputation_success"] * success
    for e in range(entities.shape[0]):
        entity = entities[e]
        entity["reputation"] += param["reputation_recovery"] * (usual - entity["reputation"])
