#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The running server's HTTP: tokens, recorded decisions, bad bodies, languages, stopping."""
import http.client
import json
import os
import shutil
import socket
import threading
import unittest

import support

AUTHZEN = os.path.join(support.ROOT, "tests", "authzen", "certification")
ONE, MANY = "/access/v1/evaluation", "/access/v1/evaluations"


def request(**more):
    r = {"subject": {"type": "user", "id": "alice"}, "action": {"name": "read"},
         "resource": {"type": "record", "id": "record-1"}}
    r.update(more)
    return r


class Http(support.Served):
    @classmethod
    def setUpClass(cls):
        assets = [{"type": "record", "id": "record-1", "commons": "certification", "facts": {"status": "active"}}]
        cls.serve(os.path.join(AUTHZEN, "commons"), os.path.join(AUTHZEN, "plugins"),
                  ("booking", "certification", "decide"), registry=(assets, [{"type": "user", "id": "alice"}]),
                  options=["--max-body", "100000"])
        cls.dry = cls.server.token("author", "certification", "decide,dry_run")
        cls.auditor = cls.server.token("audit", "certification", "auditor")
        cls.stranger = cls.server.token("events", "certification", "events")

    def ask(self, *args, **more):
        return self.server.ask(*args, **more)

    def problem(self, answer, status, code=None):
        self.assertEqual(answer.status, status, answer.body)
        self.assertEqual(answer.headers["Content-Type"], "application/problem+json")
        p = answer.json()
        self.assertLessEqual({"type", "title", "status", "detail", "instance", "code"}, set(p))
        self.assertEqual(p["status"], status)
        if code is not None:
            self.assertEqual(p["code"], code)
        return p

    def refused(self, answer, status, code=None):
        """AuthZEN's own form: an error message string."""
        self.assertEqual(answer.status, status, answer.body)
        self.assertIsInstance(answer.json(), str)
        if code is not None:
            self.assertIn("[%s]" % code, answer.json())
        return answer.json()

    def test_open_routes(self):
        for path in ("/livez", "/readyz", "/.well-known/authzen-configuration"):
            a = self.ask("GET", path)
            self.assertEqual(a.status, 200, a.body)
            self.assertEqual(self.ask("HEAD", path).status, 200)
            self.assertEqual(self.ask("HEAD", path).body, b"")
        url = "http://" + self.server.address
        self.assertEqual(self.ask("GET", "/.well-known/authzen-configuration").json(),
                         {"policy_decision_point": url, "access_evaluation_endpoint": url + ONE,
                          "access_evaluations_endpoint": url + MANY,
                          **{"search_%s_endpoint" % part: url + "/access/v1/search/" + part
                             for part in ("subject", "resource", "action")}})

    def test_nothing_else_is_open(self):
        self.refused(self.ask("POST", ONE, request()), 401, "TOKEN_MISSING")
        self.refused(self.ask("POST", MANY, request()), 401, "TOKEN_MISSING")
        self.problem(self.ask("GET", "/metrics"), 401, "TOKEN_MISSING")
        a = self.ask("GET", "/v1/decisions/01JD")
        self.problem(a, 401, "TOKEN_MISSING")
        self.assertTrue(a.headers["WWW-Authenticate"].startswith("Bearer "))
        self.refused(self.ask("POST", ONE, request(), self.token + "x"), 401, "BEARER_UNKNOWN")
        self.refused(self.ask("POST", ONE, request(), self.stranger), 403, "RIGHT_MISSING")
        self.refused(self.ask("POST", ONE, request(), self.auditor), 403, "RIGHT_MISSING")
        self.problem(self.ask("GET", "/metrics", token=self.token), 403, "RIGHT_MISSING")

    def test_tokens_come_and_go_while_it_runs(self):
        token = self.server.token("passing", "certification", "decide")
        self.assertEqual(self.ask("POST", ONE, request(), token).status, 200)
        done = support.run("token", "remove", "--state", self.server.state, "--name", "passing")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.refused(self.ask("POST", ONE, request(), token), 401, "BEARER_UNKNOWN")

    def test_a_decision_is_on_record(self):
        a = self.ask("POST", ONE, request(), self.token)
        self.assertEqual((a.status, a.headers["Cache-Control"]), (200, "no-store"))
        context = a.json()["context"]
        self.assertIs(a.json()["decision"], True)
        self.assertEqual(context["outcome"], "permit")
        self.assertIsInstance(context["record"]["index"], int)
        for token in (self.token, self.auditor):
            b = self.ask("GET", "/v1/decisions/" + context["id"], token=token)
            self.assertEqual(b.status, 200, b.body)
            self.assertIn(context["id"], b.body.decode())
        e = self.ask("GET", "/v1/decisions/%s/explain" % context["id"], token=self.auditor)
        self.assertEqual(e.status, 200, e.body)
        self.assertIn("records#read", e.body.decode())
        self.problem(self.ask("GET", "/v1/decisions/01ARZ3NDEKTSV4RRFFQ69G5FAV", token=self.auditor), 404)
        self.problem(self.ask("GET", "/v1/decisions/01ARZ3NDEKTSV4RRFFQ69G5FAV/explain", token=self.auditor), 404)

    def test_a_deny_is_an_answer(self):
        for more in ({"action": {"name": "delete"}}, {"action": {"name": "fly"}},
                     {"resource": {"type": "record", "id": "record-9"}}, {"resource": {"type": "boat", "id": "1"}}):
            a = self.ask("POST", ONE, request(**more), self.token)
            self.assertEqual(a.status, 200, a.body)
            self.assertIs(a.json()["decision"], False, a.body)

    def test_dry_runs_need_the_right_and_leave_no_record(self):
        self.refused(self.ask("POST", ONE, request(dry_run=True), self.token), 403)
        a = self.ask("POST", ONE, request(dry_run=True, now="2026-05-02T03:00:00Z"), self.dry)
        self.assertEqual(a.status, 200, a.body)
        self.assertEqual(a.json()["context"]["now"], "2026-05-02T03:00:00Z")
        self.assertNotIn("id", a.json()["context"])
        self.assertNotIn("record", a.json()["context"])

    def test_a_batch_that_is_a_dry_run_leaves_no_record(self):
        """Its items inherit that, and none may say otherwise; one item of another batch may be dry on its own."""
        body = dict(request(), dry_run=True, evaluations=[{}, {"dry_run": False}, {"dry_run": True}])
        plain, recorded, dry = self.ask("POST", MANY, body, self.dry).json()["evaluations"]
        self.assertTrue(plain["context"]["dry_run"] and dry["context"]["dry_run"])
        self.assertEqual((recorded["decision"], recorded["context"]["error"]["code"]), (False, "DRY_RUN_CONTRADICTED"))
        body = dict(request(), evaluations=[{}, {"dry_run": True}])
        plain, dry = self.ask("POST", MANY, body, self.dry).json()["evaluations"]
        self.assertIn("record", plain["context"])
        self.assertNotIn("record", dry["context"])

    def test_bad_bodies(self):
        good = json.dumps(request())
        deep = "[" * 10000 + "]" * 10000
        bad = {
            "truncated": good[:-5],
            "empty": "",
            "a list": "[]",
            "a number": "1",
            "duplicate keys": good[:-1] + ', "action": {"name": "write"}}',
            "10,000 deep": good[:-1] + ', "x": ' + deep + "}",
            "a lone surrogate": good[:-1] + ', "x": "\\ud800"}',
            "a number too large": good[:-1] + ', "x": 1e999}',
            "after the end": good + " x",
            "a comment": good[:-1] + ", /* */ }",
        }
        for name, body in bad.items():
            with self.subTest(name):
                self.refused(self.ask("POST", ONE, body, self.token), 400)
                self.refused(self.ask("POST", MANY, body, self.token), 400)
        with self.subTest("not UTF-8"):
            self.refused(self.ask("POST", ONE, good[:-1].encode() + b', "x": "\xff"}', self.token), 400)
        with self.subTest("position"):
            text = self.refused(self.ask("POST", ONE, "{\n  nope}", self.token), 400)
            self.assertIn("line 2, column 3", text)
        with self.subTest("missing fields, in Korean"):
            text = self.refused(self.ask("POST", ONE, {"subject": {"type": "user"}}, self.token,
                                         {"Accept-Language": "ko-KR,ko;q=0.9,en;q=0.1"}), 400)
            self.assertRegex(text, "[가-힣]")
        with self.subTest("too large"):
            self.refused(self.ask("POST", ONE, " " * 100001, self.token), 413, "BODY_TOO_LARGE")
        # and none of it did harm
        self.assertEqual(self.ask("POST", ONE, request(), self.token).status, 200)

    def test_ten_megabytes(self):
        """The refusal arrives although the client is still sending."""
        for head in (b"Content-Length: 10485760\r\n\r\n", b"Transfer-Encoding: chunked\r\n\r\na00000\r\n"):
            with socket.create_connection(("127.0.0.1", self.server.port), timeout=support.GUARD_S) as s:
                s.sendall(b"POST %s HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\nAuthorization: Bearer %s\r\n%s"
                          % (ONE.encode(), self.token.encode(), head))
                try:
                    s.sendall(b" " * (1 << 20))
                except OSError:
                    pass  # it has heard enough
                self.assertTrue(s.recv(65536).startswith(b"HTTP/1.1 413 "))

    def test_problem_documents_speak_the_language_asked_for(self):
        ko = self.problem(self.ask("GET", "/nowhere", headers={"Accept-Language": "ko"}), 404, "NO_ROUTE")
        en = self.problem(self.ask("GET", "/nowhere", headers={"Accept-Language": "fr"}), 404, "NO_ROUTE")
        self.assertRegex(ko["detail"], "[가-힣]")
        self.assertNotRegex(en["detail"], "[가-힣]")
        self.assertEqual(en["instance"], "/nowhere")

    def test_too_many_evaluations(self):
        body = request(evaluations=[{}] * 101)
        self.refused(self.ask("POST", MANY, body, self.token), 400)
        body = request(evaluations=[{}] * 100)
        a = self.ask("POST", MANY, body, self.token)
        self.assertEqual([e["decision"] for e in a.json()["evaluations"]], [True] * 100)

    def test_metrics(self):
        self.ask("POST", ONE, request(), self.token)
        a = self.ask("GET", "/metrics", token=self.auditor)
        self.assertEqual(a.status, 200, a.body)
        self.assertTrue(a.headers["Content-Type"].startswith("text/plain"))
        self.assertIn('hyk_http_requests_total{route="evaluation",status="2xx"}', a.body.decode())
        for line in a.body.decode().splitlines():
            self.assertRegex(line, r'^(# (HELP|TYPE) \w+ .+|\w+(\{[^}]*\})? -?[0-9.e+-]+)$')


class Stopping(unittest.TestCase):
    def test_sigterm_with_open_connections(self):
        folder, commons = support.copy_commons(os.path.join(AUTHZEN, "commons"), ([], [{"type": "user", "id": "alice"}]))
        try:
            with support.Server(commons, os.path.join(AUTHZEN, "plugins")) as server:
                idle = server.connect()
                self.assertEqual(server.ask("GET", "/livez", connection=idle).status, 200)
                self.assertEqual(server.stop(), 0)
                idle.close()
        finally:
            shutil.rmtree(folder)

    def test_sigterm_under_load(self):
        """It ends with 0 while clients keep asking; a started answer is whole, and what was answered is there."""
        assets = [{"type": "record", "id": "record-1", "commons": "certification", "facts": {"status": "active"}}]
        folder, commons = support.copy_commons(os.path.join(AUTHZEN, "commons"),
                                               (assets, [{"type": "user", "id": "alice"}]))
        server = support.Server(commons, os.path.join(AUTHZEN, "plugins"))
        try:
            server.start()
            token = server.token("load", "certification", "decide")
            seen, broken, enough, lock = [], [], threading.Event(), threading.Lock()

            def load():
                connection = server.connect()
                try:
                    while True:
                        try:
                            a = server.ask("POST", ONE, request(), token, connection=connection)
                        except (OSError, http.client.BadStatusLine):
                            return  # closed before it was asked, or refused: nothing was answered
                        except http.client.HTTPException as e:
                            broken.append(repr(e))
                            return
                        if a.status != 200:
                            broken.append((a.status, a.body))
                            return
                        with lock:
                            seen.append(a.json()["context"]["id"])
                            if len(seen) >= 200:
                                enough.set()
                finally:
                    connection.close()

            clients = [threading.Thread(target=load) for _ in range(8)]
            for c in clients:
                c.start()
            self.assertTrue(enough.wait(support.GUARD_S))
            self.assertEqual(server.stop(), 0)
            for c in clients:
                c.join(support.GUARD_S)
            self.assertEqual(broken, [])
            server.start()
            connection = server.connect()
            for decision in seen:
                a = server.ask("GET", "/v1/decisions/" + decision, token=token, connection=connection)
                self.assertEqual(a.status, 200, a.body)
            connection.close()
        finally:
            server.close()
            shutil.rmtree(folder)

    def test_limits_are_printed(self):
        done = support.run("serve", "--limits", "--max-connections", "7")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertRegex(done.stdout, r"max_connections +7 .*default 2000")
        self.assertRegex(done.stdout, r"max_body +1048576 ")


if __name__ == "__main__":
    support.main()
