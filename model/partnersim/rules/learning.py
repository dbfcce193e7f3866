"""Learning: skill by doing, by training and from peers; lessons and beliefs diffuse along ties."""

from __future__ import annotations

from partnersim.choice import clip
from partnersim.compiled import compiled
from partnersim.kinds import FIRST_ENTITY
from partnersim.rules.work import LEAST_STAFF


@compiled
def by_doing(skill, partnerships_per_staff, full_practice, rate):
    """Skill after a month of practice, with diminishing returns (S110, S111)."""
    return skill + rate * min(partnerships_per_staff / full_practice, 1.0) * (1.0 - skill)


@compiled
def by_training(skill, days_per_year, rate):
    """Skill after a month's share of yearly training."""
    return skill + rate * days_per_year / 12.0 * (1.0 - skill)


@compiled
def practise(w):
    """Rule: entities learn by the partnerships they lead (S110, S111) and by training (report para 48)."""
    entities, chan = w.entity, w.chan
    param, scale = w.system[0]["param"], w.system[0]["scale"]
    for e in range(entities.shape[0]):
        entity = entities[e]
        staff = max((entity["staff_hq"] + entity["staff_country"]) * scale, LEAST_STAFF)
        skill = by_doing(entity["skill"], entity["n_led"] / staff, param["practice_full"], param["learning_rate"])
        entity["skill"] = clip(by_training(skill, chan[FIRST_ENTITY + e]["training_days"], param["training_rate"]), 0.0, 1.0)


@compiled
def diffuse(w):
    """Rule: along ties between entities the less skilled close a share of the gap, and beliefs drift together (paras 57-58)."""
    entities, peer_ties, chan = w.entity, w.peer, w.chan
    n, least = entities.shape[0], w.system[0]["param"]["lesson_tie_least"]
    for e in range(n):
        entities[e]["skill_before"] = entities[e]["skill"]
        for k in range(entities[e]["belief"].shape[0]):
            entities[e]["belief_before"][k] = entities[e]["belief"][k]
    for e in range(n):
        entity, now = entities[e], chan[FIRST_ENTITY + e]
        skill_rate, belief_rate = now["lesson_diffusion_skill"], now["lesson_diffusion_beliefs"]
        mine = peer_ties[e]
        for f in range(n):
            tie = mine[f]["strength"] + mine[f]["event"]
            if f == e or tie < least:
                continue
            other = entities[f]
            gap = other["skill_before"] - entity["skill"]
            if gap > 0.0:
                entity["skill"] += skill_rate * min(tie, 1.0) * gap
            heard = belief_rate * min(tie, 1.0)
            for k in range(entity["belief"].shape[0]):
                weight = heard if other["evidence"][k] > entity["evidence"][k] else 0.0
                entity["belief"][k] += weight * (other["belief_before"][k] - entity["belief"][k])
