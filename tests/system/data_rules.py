# SPDX-License-Identifier: Apache-2.0
"""The rules of the city's data file, read literally, and scenarios made by changing its own.

A second reading beside the policies: what both say of a changed scenario must be the same.
"""
import copy
import datetime
import random

SEOUL = datetime.timezone(datetime.timedelta(hours=9))
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MISSING = object()
# What the plugins say a fact is when nobody gives it; all other facts then make no comparison true.
DEFAULTS = {"request.fee_krw": 0, "request.party_size": 1, "request.minors": 0, "request.care_type": "child",
            "context.completed_sessions_together": 0, "asset.owner": "city"}
COMPARE = {"eq": lambda x, v: x == v, "gt": lambda x, v: x > v, "gte": lambda x, v: x >= v, "lt": lambda x, v: x < v,
           "lte": lambda x, v: x <= v, "in": lambda x, v: x in v, "has": lambda x, v: v in x,
           "intersects": lambda x, v: bool(set(x) & set(v)), "nonempty": lambda x, v: bool(x) == v}
ABSENT_TOO = {"ne": lambda x, v: x != v, "not_has": lambda x, v: v not in x, "has_none": lambda x, v: not set(x) & set(v)}


def local(text):
    return datetime.datetime.fromisoformat(text).astimezone(SEOUL)


def ratio(request, of, to):
    return {of + "_per_" + to: request.get(of, 0) / request[to]} if request.get(to) else {}


def derived(s):
    """As `decision_algebra.derived` defines each."""
    asset, request, context = s["asset"], s["request"], s["context"]
    now, start, end = local(context["now"]), local(request["start"]), local(request["end"])
    hours = (end - start).total_seconds() / 3600
    first = start.hour * 60 + start.minute
    d = {"start_min": first, "end_min": first + hours * 60, "duration_h": hours, "start_month": start.month,
         "overnight": end.date() > start.date() and hours <= 72, "lead_days": (start.date() - now.date()).days,
         "team_hours_after": hours + context.get("team_hours_today", 0),
         "decision_mode": asset.get("decision_modes", {}).get(request["action"], asset.get("decision_mode", "discretionary")),
         "active_penalty_points": sum(p["points"] for p in context.get("penalties", ())
                                      if (now.date() - datetime.date.fromisoformat(p["at"])).days <= 90)}
    if "hours" in asset:
        day = asset["hours"].get(WEEKDAYS[start.weekday()])
        d["open_ok"] = bool(day) and day[0] <= first and d["end_min"] <= day[1]
    staff = ratio(request, "minors", "staff")
    adults = {**ratio(request, "children", "adults"), **ratio(request, "infants", "adults")}
    return {**d, **{k.replace("adults", "adult"): v for k, v in adults.items()}, **staff}


def holds(s, d, condition):
    if isinstance(condition, dict):
        return any(holds(s, d, c) for c in condition["any"])

    def value(path):
        root, name = path.split(".")
        return d.get(name, MISSING) if root == "derived" else s[root].get(name, DEFAULTS.get(path, MISSING))

    path, op, v = condition
    x = value(path)
    if isinstance(v, dict):
        v = value(v["ref"])
    if op in ABSENT_TOO:
        return x is MISSING or ABSENT_TOO[op](x, v)
    return x is not MISSING and v is not MISSING and COMPARE[op](x, v)


def decide(rules, s):
    d = derived(s)
    found = {"deny": {}, "oblige": {}, "verify": {}}
    for r in rules:
        if ("*" in r["kinds"] or s["asset_kind"] in r["kinds"]) and all(holds(s, d, c) for c in r["when"]):
            effect, what = next(iter(r["effect"].items()))
            found[effect][r["id"].lower()] = ":".join(what) if effect == "verify" else what
    if found["deny"]:
        return {"outcome": "deny", "reasons": set(found["deny"]), "duties": set(), "needs": set()}
    return {"outcome": "conditional" if found["verify"] else "permit", "reasons": set(found["oblige"]) | set(found["verify"]),
            "duties": set(found["oblige"].values()), "needs": set(found["verify"].values())}


def plain(conditions):
    for c in conditions:
        yield from plain(c["any"]) if isinstance(c, dict) else (c,)


class Changer:
    """Changes scenarios: to values that the data has elsewhere, and to both sides of every figure in the rules."""

    def __init__(self, data, seed):
        self.scenarios, self.random = data["scenarios"], random.Random(seed)
        self.values, self.facts, self.credentials = {}, {}, set()
        for s in self.scenarios:
            self.credentials.update(s["subject"]["credentials"])
            for root in ("asset", "request", "context"):
                for name, v in s[root].items():
                    self.add(s["asset_kind"], root + "." + name, [v])
        kinds = sorted(self.facts)
        for r in data["rules"]:
            for path, op, v in plain(r["when"]):
                if path == "subject.credentials":
                    self.credentials.update(v if isinstance(v, list) else [v])
                for kind in kinds if "*" in r["kinds"] else r["kinds"]:
                    self.add(kind, path, self.sides(op, v))

    @staticmethod
    def sides(op, v):
        if op == "nonempty":
            return [[]]
        if op in ("has", "intersects"):
            return [[x] for x in (v if isinstance(v, list) else [v])]
        if isinstance(v, bool):
            return [v, not v]
        if isinstance(v, (int, float)):
            return [v - 1, v, v + 1] if isinstance(v, int) else [v - 0.01, v, v + 0.01]
        return v if op == "in" else [] if isinstance(v, dict) else [v]

    def add(self, kind, path, values):
        root, name = path.split(".")
        if root not in ("asset", "request", "context") or name in ("start", "end", "now", "action", "hours", "decision_modes"):
            return
        known = self.values.setdefault(path, [])
        self.facts.setdefault(kind, set()).add(path)
        known.extend(v for v in values if v not in known and (name == "time_balance_h" or not (isinstance(v, int) and v < 0)))

    def span(self, s):
        pick = self.random.choice
        start = local(s["request"]["start"]).replace(hour=pick((6, 7, 8, 9, 10, 12, 15, 17, 18, 19, 21)), minute=pick((0, 0, 1, 59)))
        start += datetime.timedelta(days=pick((0, 0, 1, 2, 30)))
        # The policies look at every day of a long span; a day and its night are enough where they do.
        most = (60, 120, 180, 239, 240, 241, 300) + ((1080, 72 * 60, 72 * 60 + 1) if s["asset_kind"] == "urban_glamping" else ())
        s["request"]["start"] = start.isoformat()
        s["request"]["end"] = (start + datetime.timedelta(minutes=pick(most))).isoformat()

    def make(self, name):
        pick = self.random.choice
        s = copy.deepcopy(pick(self.scenarios))
        s["id"] = name
        for _ in range(pick((1, 1, 2, 3, 5))):
            what = self.random.random()
            if what < 0.55:
                root, fact = pick(sorted(p for p in self.facts[s["asset_kind"]] if self.values[p])).split(".")
                s[root][fact] = copy.deepcopy(pick(self.values[root + "." + fact]))
            elif what < 0.75:
                s["subject"]["credentials"] = sorted(set(s["subject"]["credentials"]) ^ {pick(sorted(self.credentials))})
            elif what < 0.85:
                s["subject"]["age"] = pick((12, 13, 14, 17, 18, 19, 38, 39, 40, 70))
            else:
                self.span(s)
        return s
