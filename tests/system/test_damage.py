#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What is broken from outside is told: a state folder somebody changed, a jail somebody killed."""
import os
import shutil
import signal
import sqlite3
import unittest

import support

COMMONS = os.path.join(support.ROOT, "policies", "yongin")
PLUGINS = os.path.join(support.ROOT, "plugins")
REQUEST = {"subject": {"type": "person", "id": "mina"}, "action": {"name": "host_potluck"},
           "resource": {"type": "space.garden", "id": "lot-7"},
           "context": {"start": "2026-12-05T12:00:00+09:00", "end": "2026-12-05T15:00:00+09:00"}}


class State(unittest.TestCase):
    def test_what_is_missing_is_named(self):
        server = support.Server(COMMONS, PLUGINS).start()
        self.addCleanup(shutil.rmtree, server.folder)
        server.stop()
        for change in ("DELETE FROM meta", "DELETE FROM file", "UPDATE meta SET value = '7' WHERE key = 'ruleset.version'"):
            with self.subTest(change):
                state = os.path.join(server.folder, "changed")
                shutil.copytree(server.state, state)
                self.addCleanup(shutil.rmtree, state, True)
                with sqlite3.connect(os.path.join(state, "hyangyak.db")) as db:
                    db.execute(change)
                db.close()
                done = support.run("serve", "--commons", COMMONS, "--plugins", PLUGINS, "--state", state,
                                   "--listen", "127.0.0.1:0")
                self.assertEqual(done.returncode, 4, done.stderr)
                self.assertIn("HYK-0753", done.stderr)
                shutil.rmtree(state)


    def test_rules_changed_in_the_database_decide_nothing(self):
        server = support.Server(COMMONS, PLUGINS).start()
        self.addCleanup(shutil.rmtree, server.folder)
        server.stop()
        for change in ("UPDATE file_text SET body = replace(body, 'effect: forbid', 'effect: permit')",
                       "DELETE FROM file WHERE path LIKE '%noise.yaml'"):
            with self.subTest(change):
                state = os.path.join(server.folder, "changed")
                shutil.copytree(server.state, state)
                with sqlite3.connect(os.path.join(state, "hyangyak.db")) as db:
                    self.assertGreater(db.execute(change).rowcount, 0)
                db.close()
                done = support.run("serve", "--state", state, "--listen", "127.0.0.1:0")
                self.assertEqual(done.returncode, 4, done.stderr)
                self.assertIn("HYK-0760", done.stderr)
                shutil.rmtree(state)


class Gone(unittest.TestCase):
    """The database is moved away under a running engine: it decides nothing and says why, until it is back."""

    def test_until_it_is_back(self):
        with support.Server(COMMONS, PLUGINS) as server:
            token = server.token("booking", "yongin", "decide")

            def ask():
                return server.ask("POST", "/access/v1/evaluation", REQUEST, token)

            self.assertEqual(ask().status, 200)
            self.assertEqual(server.ask("GET", "/readyz").status, 200)
            for name in ("hyangyak.db", "hyangyak.db-wal"):
                with self.subTest(name):
                    path = os.path.join(server.state, name)
                    os.rename(path, path + ".aside")
                    answer = ask()
                    self.assertEqual((answer.status, "STATE_GONE" in answer.body.decode()), (503, True), answer.body)
                    ready = server.ask("GET", "/readyz")
                    self.assertEqual(ready.status, 503)
                    self.assertIn("removed or replaced", ready.body.decode())
                    shutil.copy(path + ".aside", path)  # what looks the same is another file
                    self.assertEqual(ask().status, 503)
                    os.rename(path + ".aside", path)
                    answer = ask()
                    self.assertEqual(answer.status, 200, answer.body)
                    ident = answer.json()["context"]["id"]
                    self.assertEqual(server.ask("GET", "/v1/decisions/" + ident, token=token).status, 200)
                    self.assertEqual(server.ask("GET", "/readyz").status, 200)


class Jail(unittest.TestCase):
    def test_a_broken_jail_is_told_and_gets_nothing_through(self):
        with support.Server(COMMONS, PLUGINS, options=["--workers", "1"]) as server:
            token = server.token("booking", "yongin", "decide")

            def outcome():
                return server.ask("POST", "/access/v1/evaluation", REQUEST, token).json()["context"]["outcome"]

            self.assertEqual(outcome(), "permit")
            children = []
            for thread in os.listdir("/proc/%d/task" % server.process.pid):
                with open("/proc/%d/task/%s/children" % (server.process.pid, thread), encoding="ascii") as f:
                    children += [int(pid) for pid in f.read().split()]
            self.assertTrue(children)
            for pid in children:
                os.kill(pid, signal.SIGSEGV)
            self.assertEqual(outcome(), "conditional")
            server.await_log("jail.replaced")


if __name__ == "__main__":
    support.main()
