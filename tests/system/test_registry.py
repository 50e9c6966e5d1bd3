#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Assets and people that come by request: who may register them, what is refused, and that every decision finds them."""
import concurrent.futures
import os
import shutil
import sqlite3
import tempfile
import unittest

import support

PLUGIN = """return plugin {
  name = "bench", version = "1.0.0", api = 1, title = { ko = "벤치", en = "Benches" },
  asset_type {
    name = "bench", extends = "asset", title = { ko = "벤치", en = "Bench" },
    facts = { seats = { type = "int", min = 0, source = "registry", default = 0 },
              decision_mode = { type = "string", source = "registry", default = "rule_bound" },
              built = { type = "date", source = "registry", optional = true } },
    subject = { member = { type = "bool", source = "registry", default = false } },
    actions = { sit = {} },
  },
}
"""
COMMONS = {
    "commons.yaml": "commons: town\ntitle: {ko: 마을, en: Town}\nzone: Asia/Seoul\nlanguages: [ko, en]\n",
    "east/commons.yaml": "commons: town/east\nparent: town\ntitle: {ko: 동쪽, en: East}\n",
    "registry.yaml": "assets:\n  - {type: bench, id: old, commons: town, facts: {seats: 1, built: 2020-03-01}}\n",
    "rules.yaml": "policy: benches\ncommons: town\nlayer: commons\ntitle: {ko: 벤치, en: Benches}\n"
                  "applies_to: {assets: [bench], actions: [sit]}\nrules:\n"
                  "  - id: seats\n    effect: permit\n    when: resource.seats >= 2 || subject.member\n"
                  "    because: {ko: 자리가 둘이면 앉습니다, en: Two seats are enough}\n",
}


class Registry(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="hyk-registry-")
        self.addCleanup(shutil.rmtree, self.folder)
        for name, text in COMMONS.items():
            self.write("commons/" + name, text)
        self.write("plugins/bench/plugin.lua", PLUGIN)
        self.server = self.start()

    def write(self, name, text):
        path = os.path.join(self.folder, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as f:
            f.write(text)

    def start(self, options=()):
        server = support.Server(os.path.join(self.folder, "commons"), os.path.join(self.folder, "plugins"),
                                state=os.path.join(self.folder, "state"), options=options)
        server.start()
        self.addCleanup(server.close)
        if not hasattr(self, "steward"):
            self.steward = server.token("steward", "town", "steward")
            self.east = server.token("east", "town/east", "steward,decide")
            self.admin = server.token("admin", "town", "admin")
            self.booking = server.token("booking", "town", "decide")
        return server

    def post(self, doc, token=None, path="/v1/assets"):
        return self.server.ask("POST", path, doc, token or self.steward)

    def get(self, query, token=None, path="/v1/assets"):
        return self.server.ask("GET", path + query, token=token or self.booking)

    def may_sit(self, bench, who="mina"):
        a = self.server.ask("POST", "/access/v1/evaluation", {
            "subject": {"type": "person", "id": who}, "action": {"name": "sit"},
            "resource": {"type": "bench", "id": bench}}, self.booking)
        self.assertEqual(a.status, 200, a.body)
        return a.json()["decision"], [r["code"] for r in a.json()["context"]["reasons"]]

    def bench(self, name, seats, **more):
        return dict({"type": "bench", "id": name, "commons": "town", "facts": {"seats": seats}}, **more)

    def test_registered_found_changed_retired(self):
        self.assertEqual(self.may_sit("new"), (False, ["UNKNOWN_ASSET"]))
        a = self.post(self.bench("new", 1))
        self.assertEqual(a.status, 201, a.body)
        first = a.json()["record"]["index"]
        self.assertEqual(self.may_sit("new")[0], False)
        a = self.post(self.bench("new", 3, replaces=first, title={"ko": "새 벤치"}))
        self.assertEqual(a.status, 200, a.body)
        self.assertEqual(self.may_sit("new")[0], True)
        got = self.get("?type=bench&id=new").json()
        self.assertEqual(got["entry"], self.bench("new", 3, title={"ko": "새 벤치"}))
        found = self.server.ask("POST", "/access/v1/search/resource", {
            "subject": {"type": "person", "id": "mina"}, "action": {"name": "sit"}, "resource": {"type": "bench"}},
            self.booking)
        self.assertEqual(found.json()["results"], [{"type": "bench", "id": "new"}])
        a = self.post(self.bench("new", 3, replaces=got["record"]["index"], retired=True))
        self.assertEqual(a.status, 200, a.body)
        self.assertEqual(self.may_sit("new"), (False, ["UNKNOWN_ASSET"]))

    def test_in_front_of_the_folder_and_after_a_restart(self):
        old = self.get("?type=bench&id=old").json()
        self.assertEqual((old["record"], old["entry"]["facts"]), (None, {"seats": 1, "built": "2020-03-01"}))
        self.assertEqual(self.may_sit("old")[0], False)
        self.assertEqual(self.post(self.bench("old", 2)).status, 201)
        self.assertEqual(self.may_sit("old")[0], True)
        self.assertEqual(self.post({"type": "person", "id": "sora", "facts": {"member": True}}, self.admin,
                                   "/v1/people").status, 201)
        self.post(self.bench("one", 1))
        self.assertEqual((self.may_sit("one")[0], self.may_sit("one", "sora")[0]), (False, True))
        self.server.stop()
        self.server = self.start()
        self.assertEqual((self.may_sit("old")[0], self.may_sit("one")[0], self.may_sit("one", "sora")[0]),
                         (True, False, True))

    def test_a_person_stands_in_the_ledger_as_a_commitment(self):
        self.assertEqual(self.post({"type": "person", "id": "sora-kim", "facts": {"member": True}}, self.admin,
                                   "/v1/people").status, 201)
        self.server.stop()
        db = sqlite3.connect(os.path.join(self.folder, "state", "hyangyak.db"))
        leaf, = db.execute("SELECT leaf FROM record WHERE kind = 'registered'").fetchone()
        db.close()
        self.assertNotIn("sora-kim", leaf)
        self.assertNotIn("member", leaf)

    def test_who_may(self):
        self.assertEqual(self.post(self.bench("a", 1), self.booking).status, 403)
        self.assertEqual(self.post(self.bench("a", 1), self.east).status, 403)
        self.assertEqual(self.post(self.bench("a", 1, commons="town/east"), self.east).status, 201)
        self.assertEqual(self.post({"type": "person", "id": "p"}, self.steward, "/v1/people").status, 403)
        self.assertEqual(self.get("?type=person", self.booking, "/v1/people").status, 403)
        # From below nothing is seen of what lies above.
        self.assertEqual(self.get("?type=bench&id=old", self.east).status, 404)
        self.assertEqual([e["entry"]["id"] for e in self.get("?type=bench", self.east).json()["entries"]], ["a"])
        self.assertEqual(self.server.ask("GET", "/v1/assets?type=bench").status, 401)

    def test_refused_and_nothing_changes(self):
        before = self.get("?type=bench").json()
        for status, code, doc in (
                (400, "REGISTRY_TYPE", self.bench("x", 1, type="bensch")), (400, "REGISTRY_COMMONS", self.bench("x", 1, commons="t")),
                (400, "REQUEST_FACT", self.bench("x", -1)), (400, "REQUEST_FACT", self.bench("x", "two")),
                (400, "REGISTRY_FACT", self.bench("x", 1, facts={"seat": 1})), (400, "REGISTRY_MEMBER", self.bench("x", 1, fact={})),
                (400, "REGISTRY_VALUE", self.bench("x", 1, photos=["z"])), (400, "REGISTRY_VALUE", self.bench("", 1)),
                (400, "NOT_AN_OBJECT", "[]"), (400, "BAD_REPLACES", self.bench("x", 1, replaces="0")),
                (404, "NOT_REGISTERED", self.bench("x", 1, replaces=0)), (409, "ENTRY_MOVED", None)):
            if doc is None:
                self.assertEqual(self.post(self.bench("y", 1)).status, 201)
                before = self.get("?type=bench").json()
                doc = self.bench("y", 2)
            a = self.post(doc)
            with self.subTest(code=code, doc=doc):
                self.assertEqual((a.status, a.json()["code"]), (status, code), a.body)
        self.assertEqual(self.get("?type=bench").json(), before)
        for query, status in (("", 400), ("?type=boat", 400), ("?type=bench&id=none", 404), ("?type=%zz", 400)):
            self.assertEqual(self.get(query).status, status, query)

    def test_nobody_takes_what_is_another_commons(self):
        """Neither a folder's asset nor one on record, neither into the own commons nor by retiring it."""
        self.assertEqual(self.post(self.bench("b", 1)).status, 201)
        index = self.get("?type=bench&id=b").json()["record"]["index"]
        for doc in (self.bench("old", 2, commons="town/east"), self.bench("old", 2, commons="town/east", retired=True),
                    self.bench("b", 2, commons="town/east", replaces=index), self.bench("b", 2, commons="town/east")):
            self.assertEqual(self.post(doc, self.east).status, 403, doc)
        self.assertEqual(self.get("?type=bench&id=old").json()["entry"]["commons"], "town")

    def test_who_decides_is_not_the_stewards_to_say(self):
        facts = {"seats": 3, "decision_mode": "private"}
        self.assertEqual(self.post(self.bench("d", 0, facts=facts)).status, 403)
        self.assertEqual(self.post(self.bench("d", 0, facts=facts), self.admin).status, 201)
        index = self.get("?type=bench&id=d").json()["record"]["index"]
        self.assertEqual(self.post(self.bench("d", 0, facts=dict(facts, seats=4), replaces=index)).status, 200)
        index = self.get("?type=bench&id=d").json()["record"]["index"]
        self.assertEqual(self.post(self.bench("d", 0, facts={"seats": 4}, replaces=index)).status, 403)
        # What is no known mode is nobody's permit: an officer decides.
        facts = {"seats": 3, "decision_modes": {"sit": "privat"}}
        self.assertEqual(self.post(self.bench("e", 0, facts=facts), self.admin).status, 201)
        a = self.server.ask("POST", "/access/v1/evaluation", {
            "subject": {"type": "person", "id": "mina"}, "action": {"name": "sit"},
            "resource": {"type": "bench", "id": "e"}}, self.booking).json()["context"]
        self.assertEqual((a["outcome"], [n["fact"] for n in a["needs"]]), ("conditional", ["context.officer"]))

    def test_a_decision_on_what_is_retired_is_read_again(self):
        self.assertEqual(self.post(self.bench("old", 1, retired=True)).status, 201)
        a = self.server.ask("POST", "/access/v1/evaluation", {
            "subject": {"type": "person", "id": "mina"}, "action": {"name": "sit"},
            "resource": {"type": "bench", "id": "old"}}, self.booking)
        self.assertEqual([r["code"] for r in a.json()["context"]["reasons"]], ["UNKNOWN_ASSET"])
        again = self.server.ask("GET", "/v1/decisions/" + a.json()["context"]["id"], token=self.booking)
        self.assertEqual((again.status, again.body), (200, a.body))

    def test_what_can_be_shared(self):
        """The schema of every fact, for whoever draws a form: written down here by hand from the plugin above."""
        types = self.get("/v1/asset-types", path="").json()["asset_types"]
        self.assertEqual({t["name"]: t.get("extends") for t in types}, {"asset": None, "bench": "asset"})
        self.assertNotIn("facts", str(types))
        bench = self.get("/v1/asset-types?type=bench", path="").json()
        self.assertEqual((bench["title"], bench["registered"]), ({"ko": "벤치", "en": "Bench"}, True))
        sit = next(a for a in bench["actions"] if a["name"] == "sit")
        facts = {f["path"]: f for f in sit["facts"]}
        self.assertEqual(facts["resource.seats"], {
            "path": "resource.seats", "title": {}, "schema": {"type": "integer", "minimum": 0}, "presence": "given",
            "default": 0, "source": "registry"})
        self.assertEqual(facts["resource.built"]["schema"], {"type": "string", "format": "date"})
        self.assertEqual((facts["subject.member"]["schema"], facts["subject.member"]["personal"]), ({"type": "boolean"}, True))
        self.assertEqual((facts["context.officer"]["presence"], facts["context.officer"]["proof"],
                          facts["context.officer"]["by"]), ("proof", "human_decision", "officer"))
        self.assertEqual(self.get("/v1/asset-types?type=boat", path="").status, 404)
        self.assertEqual(self.server.ask("GET", "/v1/asset-types").status, 401)

    def test_sent_twice_is_one_record(self):
        first, second = self.post(self.bench("twice", 1)), self.post(self.bench("twice", 1))
        self.assertEqual((first.status, second.status, second.json()), (201, 200, first.json()))

    def test_pages(self):
        for i in range(60):
            self.assertEqual(self.post(self.bench("p%02d" % i, i)).status, 201)
        first = self.get("?type=bench").json()
        rest = self.get("?type=bench&after=" + first["next"]).json()
        ids = [e["entry"]["id"] for e in first["entries"] + rest["entries"]]
        self.assertEqual((len(first["entries"]), rest["next"]), (50, None))
        self.assertEqual(ids, ["old"] + ["p%02d" % i for i in range(60)])

    def test_one_of_many_at_once(self):
        """Sixteen send different entries for one id at the same moment: one is new, the others hear of it."""
        with concurrent.futures.ThreadPoolExecutor(16) as pool:
            answers = list(pool.map(lambda i: self.post(self.bench("race", i)), range(16)))
        self.assertEqual(sorted(a.status for a in answers), [201] + [409] * 15)
        won = next(a for a in answers if a.status == 201).json()
        self.assertEqual(self.get("?type=bench&id=race").json(), won)

    def test_a_record_changed_in_the_database_is_not_believed(self):
        self.assertEqual(self.post(self.bench("b", 1)).status, 201)
        self.server.stop()
        db = sqlite3.connect(os.path.join(self.folder, "state", "hyangyak.db"))
        db.execute("UPDATE record SET leaf = replace(leaf, '\"seats\":1', '\"seats\":9') WHERE kind = 'registered'")
        db.commit()
        db.close()
        with self.assertRaises(AssertionError) as refused:
            self.start()
        self.assertIn("registry", str(refused.exception))

    def test_new_rules_find_what_was_registered(self):
        self.server.stop()
        shutil.rmtree(os.path.join(self.folder, "state"))
        del self.steward
        self.server = self.start(["--dev"])
        self.assertEqual(self.post(self.bench("n", 3)).status, 201)
        self.assertEqual(self.may_sit("n")[0], True)
        self.write("commons/rules.yaml", COMMONS["rules.yaml"].replace(">= 2", ">= 4"))
        self.server.await_log("ruleset.loaded", times=2)
        self.assertEqual(self.may_sit("n")[0], False)


if __name__ == "__main__":
    support.main()
