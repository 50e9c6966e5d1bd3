#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""AuthZEN's interop and certification data against a running server with policies of tests/authzen/."""
import json
import os

import support

AUTHZEN = os.path.join(support.ROOT, "tests", "authzen")


def load(path):
    with open(path, encoding="utf-8") as f:
        return json.load(f)


class Todo(support.Served):
    """The 40 single and 3 batch decisions of the Todo scenario."""

    @classmethod
    def setUpClass(cls):
        cls.data = load(support.conformance("authzen", "todo", "decisions-authorization-api-1_0-02.json"))
        users = load(support.conformance("authzen", "todo", "users.json"))
        people = [{"type": "user", "id": key, "facts": {"email": u["id"], "roles": u["roles"]}}
                  for key, u in users.items()]
        cls.serve(os.path.join(AUTHZEN, "todo", "commons"), os.path.join(AUTHZEN, "todo", "plugins"),
                  ("interop", "todo", "decide"), registry=([], people))

    def test_single(self):
        self.assertEqual(len(self.data["evaluation"]), 40)
        for i, case in enumerate(self.data["evaluation"]):
            with self.subTest(case=i, request=case["request"]):
                a = self.server.ask("POST", "/access/v1/evaluation", case["request"], self.token)
                self.assertEqual(a.status, 200, a.body)
                self.assertIs(a.json()["decision"], case["expected"], a.body)

    def test_batch(self):
        self.assertEqual(len(self.data["evaluations"]), 3)
        for i, case in enumerate(self.data["evaluations"]):
            with self.subTest(case=i):
                a = self.server.ask("POST", "/access/v1/evaluations", case["request"], self.token)
                self.assertEqual(a.status, 200, a.body)
                got = [{"decision": e["decision"]} for e in a.json()["evaluations"]]
                self.assertEqual(got, case["expected"], a.body)

    def test_someone_else_is_refused(self):
        """The data has no unknown user; nobody is let in for not being known."""
        request = json.loads(json.dumps(self.data["evaluation"][0]["request"]))
        request["subject"]["id"] = "nobody"
        for action, resource in (("can_update_todo", "todo"), ("can_delete_todo", "todo")):
            request["action"]["name"], request["resource"]["type"] = action, resource
            a = self.server.ask("POST", "/access/v1/evaluation", request, self.token)
            self.assertEqual(a.status, 200, a.body)
            self.assertIs(a.json()["decision"], False, a.body)


class Certification(support.Served):
    """The cases of the certification scenario: Basic, Batch, Search and discovery."""

    @classmethod
    def setUpClass(cls):
        data = load(support.conformance("authzen", "certification", "cases.json"))
        cls.cases = data["cases"]
        fixture = data["fixture"]
        assets = [{"type": r["type"], "id": r["id"], "commons": "certification", "facts": r.get("properties", {})}
                  for r in fixture["resources"]]
        people = [{"type": s["type"], "id": s["id"], "facts": s.get("properties", {})} for s in fixture["subjects"]]
        cls.serve(os.path.join(AUTHZEN, "certification", "commons"),
                  os.path.join(AUTHZEN, "certification", "plugins"), ("certification", "certification", "decide"),
                  registry=(assets, people), options=["--public-url", "https://pdp.example.org"])

    def check(self, case):
        body = case.get("raw_body", case.get("body"))
        a = self.server.ask(case["method"], case["path"], body, self.token, case.get("headers"))
        want = case["expect"]
        self.assertEqual(a.status, want["status"], a.body)
        if a.status != 200:
            self.assertIsInstance(a.json(), str)  # an error message string
            return
        answer = a.json()
        self.assertEqual(a.headers["Content-Type"], "application/json")
        if "decision" in want:
            self.assertIs(answer["decision"], want["decision"], a.body)
        if "evaluations" in want:
            self.assertEqual(len(answer["evaluations"]), len(want["evaluations"]), a.body)
            for got, expected in zip(answer["evaluations"], want["evaluations"]):
                self.assertIn(got["decision"], (True, False) if expected is None else (expected,), a.body)
                self.assertIsInstance(got["decision"], bool)
        for name, value in want.get("response_header_equals", {}).items():
            self.assertEqual(a.headers[name], value)
        for name in want.get("required", []):
            self.assertIn(name, answer)
        if want.get("https_urls"):
            for name in ("search_subject_endpoint", "search_resource_endpoint", "search_action_endpoint"):
                self.assertIn(name, answer)
            for name, value in answer.items():
                self.assertTrue(value.startswith("https://pdp.example.org"), (name, value))

    def run_level(self, prefix, count):
        cases = [c for c in self.cases if c["level"].startswith(prefix)]
        self.assertEqual(len(cases), count)
        for case in cases:
            with self.subTest(case=case["id"]):
                self.check(case)

    def test_basic(self):
        self.run_level("Basic", 25)

    def test_batch(self):
        self.run_level("Batch", 10)

    def test_search(self):
        """Every case sees its results and no more pages than it may; a token of one page opens the next."""
        token = None
        cases = [c for c in self.cases if c["level"].startswith("Search")]
        self.assertEqual(len(cases), 21)
        for case in cases:
            with self.subTest(case=case["id"]):
                body, want = json.loads(json.dumps(case["body"])), case["expect"]
                if want.get("page_required"):
                    self.assertTrue(token, "the page before had no next_token")
                    body["page"]["token"] = token
                a = self.server.ask(case["method"], case["path"], body, self.token)
                self.assertEqual(a.status, want["status"], a.body)
                if a.status != 200:
                    self.assertIsInstance(a.json(), str)
                    continue
                answer = a.json()
                token = answer["page"]["next_token"]
                self.assertEqual(answer["page"]["count"], len(answer["results"]))
                for one in want.get("results_include", []):
                    self.assertIn(one, answer["results"])
                if "results" in want:
                    self.assertEqual(answer["results"], want["results"])
                for one in answer["results"]:
                    self.assertEqual(one.get("type"), want.get("all_type", one.get("type")))

    def search(self, what, body, token=None):
        return self.server.ask("POST", "/access/v1/search/" + what, body, self.token if token is None else token)

    def test_search_is_exact(self):
        """Not only what the data asks for: nobody else, in the order of ids; an unknown action finds nobody."""
        record = {"type": "record", "id": "record-2"}
        a = self.search("subject", {"subject": {"type": "user"}, "action": {"name": "write"}, "resource": record})
        self.assertEqual(a.json(), {"results": [{"type": "user", "id": "bob"}], "page": {"next_token": "", "count": 1}})
        a = self.search("subject", {"subject": {"type": "user"}, "action": {"name": "juggle"}, "resource": record})
        self.assertEqual(a.json()["results"], [])
        a = self.search("action", {"subject": {"type": "user", "id": "alice"},
                                   "resource": {"type": "record", "id": "record-1"}})
        self.assertEqual(a.json()["results"], [{"name": "read"}, {"name": "write"}])

    def test_pages_are_refused_clearly(self):
        good = {"subject": {"type": "user"}, "action": {"name": "read"}, "resource": {"type": "record", "id": "record-1"}}
        first = self.search("subject", dict(good, page={"limit": 1})).json()
        self.assertEqual([first["results"], bool(first["page"]["next_token"])], [[{"type": "user", "id": "alice"}], True])
        second = self.search("subject", dict(good, page={"token": first["page"]["next_token"]})).json()
        self.assertEqual(second, {"results": [{"type": "user", "id": "bob"}], "page": {"next_token": "", "count": 1}})
        other = dict(good, action={"name": "write"})
        for body in (dict(good, page=[]), dict(good, page={"limit": 0}), dict(good, page={"limit": "1"}),
                     dict(good, page={"limit": 1.5}), dict(good, page={"token": 7}), dict(good, page={"token": "x"}),
                     dict(good, page={"token": first["page"]["next_token"], "limit": -1}),
                     dict(other, page={"token": first["page"]["next_token"]})):
            with self.subTest(page=body["page"]):
                self.assertEqual(self.search("subject", body).status, 400)
        self.assertEqual(self.search("subject", "[]").status, 400)
        self.assertEqual(self.search("subject", good, "nonsense").status, 401)

    def test_discovery(self):
        self.run_level("Discovery", 1)

    def test_the_same_answer_every_time(self):
        case = next(c for c in self.cases if c["id"] == "c-2-6")
        for _ in range(50):
            self.check(case)

    def batch(self, semantic, names):
        body = {"subject": {"type": "user", "id": "alice"}, "resource": {"type": "record", "id": "record-1"},
                "options": {"evaluations_semantic": semantic}, "evaluations": [{"action": {"name": n}} for n in names]}
        a = self.server.ask("POST", "/access/v1/evaluations", body, self.token)
        self.assertEqual(a.status, 200, a.body)
        return [e["decision"] for e in a.json()["evaluations"]]

    def test_semantics(self):
        """The array ends with the item that decided. Alice reads and writes, and deletes only softly."""
        self.assertEqual(self.batch("execute_all", ["read", "delete", "write"]), [True, False, True])
        self.assertEqual(self.batch("deny_on_first_deny", ["read", "delete", "write"]), [True, False])
        self.assertEqual(self.batch("permit_on_first_permit", ["delete", "read", "write"]), [False, True])
        self.assertEqual(self.batch("deny_on_first_deny", ["read", "write"]), [True, True])
        self.assertEqual(self.batch("permit_on_first_permit", ["delete", "delete"]), [False, False])

    def test_defaults_are_replaced_whole(self):
        """An item's action has no properties: those of the default are not merged into it."""
        body = {"subject": {"type": "user", "id": "alice"}, "resource": {"type": "record", "id": "record-1"},
                "action": {"name": "delete", "properties": {"soft": True}},
                "evaluations": [{}, {"action": {"name": "delete"}}]}
        a = self.server.ask("POST", "/access/v1/evaluations", body, self.token)
        self.assertEqual([e["decision"] for e in a.json()["evaluations"]], [True, False], a.body)


if __name__ == "__main__":
    support.main()
