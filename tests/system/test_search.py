#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A search equals asking one by one, for every candidate, on generated registries and rules: 10,000 of them."""
import json
import os
import random
import shutil
import tempfile
import unittest

import support

PLUGIN = """return plugin {
  name = "lot", version = "1.0.0", api = 1, title = { ko = "터", en = "Lots" },
  subject_type {
    name = "member", registered = true,
    facts = { points = { type = "int", source = "registry", default = 0 },
              trained = { type = "bool", source = "registry", default = false } },
  },
  asset_type {
    name = "lot", extends = "asset", title = { ko = "터", en = "Lot" },
    facts = { size = { type = "int", source = "registry", default = 0 },
              kind = { type = "string", source = "registry", default = "", one_of = { "", "a", "b", "c" } },
              decision_mode = { type = "string", source = "registry", default = "rule_bound" } },
    context = { guests = { type = "int", default = 0 },
                steward_says = { type = "bool", proof = "human_decision", by = "steward" } },
    actions = { rest = {}, plant = {}, feast = {}, build = {} },
  },
}
"""
ACTIONS = ["rest", "plant", "feast", "build"]
CONDITIONS = ["resource.size > {n}", "resource.size % 3 == {m}", 'resource.kind == "{k}"', "subject.points >= {n}",
              "subject.trained", "context.guests <= resource.size", "subject.points > resource.size",
              'resource.id.endsWith("{m}")', "100 / resource.size > {m}"]


def condition(rng):
    parts = [c.format(n=rng.randrange(40), m=rng.randrange(3), k=rng.choice("abc"))
             for c in rng.sample(CONDITIONS, rng.randrange(1, 4))]
    return rng.choice([" && ", " || "]).join(parts)


def policy(rng, commons, name):
    because = {"ko": "까닭", "en": "Why"}
    rules = []
    for i in range(8):
        rule = {"id": "r%d" % i, "effect": rng.choice(["permit"] * 6 + ["forbid"]), "because": because,
                "actions": rng.sample(ACTIONS, rng.randrange(1, 4)), "when": condition(rng)}
        rules.append(rule)
    rules.append({"id": "asked", "effect": "require", "need": "context.steward_says", "because": because,
                  "actions": ["build"], "when": condition(rng)})
    return {"policy": name, "commons": commons, "layer": "commons", "title": because,
            "applies_to": {"assets": ["lot"], "actions": ACTIONS}, "rules": rules}


class Search(unittest.TestCase):
    ROUNDS, ASKED = 4, 2500

    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="hyk-search-")
        self.addCleanup(shutil.rmtree, self.folder)

    def write(self, name, value):
        path = os.path.join(self.folder, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as f:
            f.write(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))

    def make(self, rng, lots, members):
        self.write("plugins/lot/plugin.lua", PLUGIN)
        head = {"title": {"ko": "마을", "en": "Town"}, "zone": "Asia/Seoul", "languages": ["ko", "en"]}
        self.write("commons/commons.yaml", dict(head, commons="town"))
        self.write("commons/east/commons.yaml", {"commons": "town/east", "parent": "town", "title": head["title"]})
        self.write("commons/rules.yaml", policy(rng, "town", "town-rules"))
        self.lots = [{"type": "lot", "id": "lot-%03d" % i, "commons": rng.choice(["town", "town/east"]),
                      "facts": {"size": rng.randrange(30), "kind": rng.choice(["", "a", "b", "c"])}}
                     for i in range(lots)]
        self.members = [{"type": "member", "id": "member-%02d" % i,
                         "facts": {"points": rng.randrange(50), "trained": rng.random() < 0.5}} for i in range(members)]
        # In the order in which nobody searches.
        self.write("commons/registry.yaml", {"assets": rng.sample(self.lots, lots),
                                             "people": rng.sample(self.members, members)})

    def pages(self, server, token, what, body, limit):
        found, page, n = [], {"limit": limit}, 0
        while True:
            a = server.ask("POST", "/access/v1/search/" + what, dict(body, page=page), token)
            self.assertEqual(a.status, 200, a.body)
            answer = a.json()
            self.assertLessEqual(len(answer["results"]), limit)
            found += answer["results"]
            n += 1
            self.assertLess(n, 1000, "the pages do not end")
            if not answer["page"]["next_token"]:
                return found
            page = {"token": answer["page"]["next_token"]}

    def one_by_one(self, server, token, body, part, candidates):
        found = []
        for at in range(0, len(candidates), 100):
            some = candidates[at:at + 100]
            a = server.ask("POST", "/access/v1/evaluations",
                           dict(body, evaluations=[{part: dict(body.get(part, {}), **c)} for c in some]), token)
            self.assertEqual(a.status, 200, a.body)
            decisions = a.json()["evaluations"]
            self.assertEqual(len(decisions), len(some))
            found += [c for c, d in zip(some, decisions) if d["decision"]]
        return found

    def test_search_equals_asking_one_by_one(self):
        asked = permitted = 0
        for seed in range(self.ROUNDS):
            rng = random.Random(seed)
            self.make(rng, 120, 30)
            lots = [{"type": "lot", "id": x["id"]} for x in self.lots]
            members = [{"type": "member", "id": x["id"]} for x in self.members]
            with support.Server(os.path.join(self.folder, "commons"), os.path.join(self.folder, "plugins")) as server:
                tokens = [server.token("all", "town", "decide"), server.token("east", "town/east", "decide")]
                this_round = 0
                while this_round < self.ASKED:
                    token = rng.choice(tokens)
                    body = {"subject": rng.choice(members), "action": {"name": rng.choice(ACTIONS)},
                            "resource": rng.choice(lots), "context": {"guests": rng.randrange(20)}}
                    what, part, candidates = rng.choice([
                        ("subject", "subject", members), ("resource", "resource", lots),
                        ("action", "action", [{"name": n} for n in sorted(ACTIONS)])])
                    query = dict(body)
                    if what == "action":
                        del query["action"]
                    else:
                        query[part] = {"type": body[part]["type"]}
                    got = self.pages(server, token, what, query, rng.choice([1, 7, 50, 1000]))
                    want = self.one_by_one(server, token, query, part, candidates)
                    if what == "action":  # the root type brings actions of its own
                        got = [g for g in got if g["name"] in ACTIONS]
                    self.assertEqual(got, want, (seed, what, query))
                    this_round += len(candidates)
                    permitted += len(want)
                asked += this_round
            shutil.rmtree(os.path.join(self.folder, "commons"))
        self.assertGreaterEqual(asked, 10000)
        # It would prove nothing if all were permitted, or none.
        self.assertGreater(permitted, asked // 20)
        self.assertLess(permitted, asked - asked // 20)

    def test_a_page_ends_before_it_takes_too_long(self):
        """Of 2,500 lots nobody may build on one: pages come empty but go on, and end."""
        self.make(random.Random(1), 2500, 1)
        self.write("commons/rules.yaml", {
            "policy": "none", "commons": "town", "layer": "commons", "title": {"ko": "없음", "en": "None"},
            "applies_to": {"assets": ["lot"], "actions": ["build"]},
            "rules": [{"id": "last", "effect": "permit", "when": 'resource.id == "lot-2499"',
                       "because": {"ko": "끝", "en": "The last"}}]})
        with support.Server(os.path.join(self.folder, "commons"), os.path.join(self.folder, "plugins")) as server:
            token = server.token("all", "town", "decide")
            body = {"subject": {"type": "member", "id": "member-00"}, "action": {"name": "build"},
                    "resource": {"type": "lot"}}
            first = server.ask("POST", "/access/v1/search/resource", body, token).json()
            self.assertEqual([first["results"], bool(first["page"]["next_token"])], [[], True])
            self.assertEqual(self.pages(server, token, "resource", body, 50), [{"type": "lot", "id": "lot-2499"}])

    def test_nothing_is_recorded(self):
        self.make(random.Random(2), 10, 2)
        with support.Server(os.path.join(self.folder, "commons"), os.path.join(self.folder, "plugins")) as server:
            token = server.token("all", "town", "decide")
            body = {"subject": {"type": "member", "id": "member-00"}, "action": {"name": "rest"},
                    "resource": {"type": "lot"}}
            def index():
                one = dict(body, resource={"type": "lot", "id": "lot-000"})
                return server.ask("POST", "/access/v1/evaluation", one, token).json()["context"]["record"]["index"]
            before = index()
            self.pages(server, token, "resource", body, 3)
            self.assertEqual(index(), before + 1)


if __name__ == "__main__":
    support.main()
