# SPDX-License-Identifier: Apache-2.0
"""SIGKILL under load, again and again: it starts each time, and every decision that was answered is there."""
import http.client
import json
import os
import shutil
import signal
import tempfile
import threading
import unittest

import support

ROUNDS = 20
CLIENTS = 4
BEFORE_KILL = 40  # answers all clients together have seen before the kill


class Kill(unittest.TestCase):
    def setUp(self):
        self.state = tempfile.mkdtemp(prefix="hyk-kill-")
        self.addCleanup(shutil.rmtree, self.state, True)
        self.body = json.dumps({
            "subject": {"type": "person", "id": "mina"}, "action": {"name": "host_potluck"},
            "resource": {"type": "space.garden", "id": "lot-7"},
            "context": {"start": "2026-05-09T12:00:00+09:00", "end": "2026-05-09T15:00:00+09:00"}}).encode()

    def server(self):
        return support.Server(os.path.join(support.ROOT, "policies", "yongin"), os.path.join(support.ROOT, "plugins"),
                              state=os.path.join(self.state, "state"))

    def load(self, server, token, seen, lock, enough):
        connection = server.connect()
        head = {"Content-Type": "application/json", "Authorization": "Bearer " + token}
        try:
            while True:
                connection.request("POST", "/access/v1/evaluation", body=self.body, headers=head)
                answer = connection.getresponse()
                text = answer.read()
                if answer.status != 200:
                    continue
                context = json.loads(text)["context"]
                with lock:
                    seen.append((context["id"], context["record"]["index"], context["record"]["leaf"]))
                    if len(seen) >= BEFORE_KILL:
                        enough.set()
        except (OSError, http.client.HTTPException):
            pass  # killed: this one was not answered
        finally:
            connection.close()

    def test_every_answered_decision_survives(self):
        known, token = [], None
        for number in range(ROUNDS + 1):
            server = self.server()
            server.start()
            try:
                if token is None:
                    token = server.token("load", "yongin", "decide,auditor")
                connection = server.connect()
                for ident, index, leaf in known[-3 * BEFORE_KILL:] if number < ROUNDS else known:
                    a = server.ask("GET", "/v1/decisions/" + ident, token=token, connection=connection)
                    self.assertEqual(a.status, 200, ident)
                    self.assertEqual(a.json()["context"]["record"], {"index": index, "leaf": leaf})
                connection.close()
                if number == ROUNDS:
                    break
                seen, lock, enough = [], threading.Lock(), threading.Event()
                threads = [threading.Thread(target=self.load, args=(server, token, seen, lock, enough))
                           for _ in range(CLIENTS)]
                for t in threads:
                    t.start()
                self.assertTrue(enough.wait(support.GUARD_S))
                self.assertEqual(server.stop(signal.SIGKILL), -signal.SIGKILL)
                for t in threads:
                    t.join(support.GUARD_S)
                known += seen
            finally:
                server.stop()
        indexes = [index for _, index, _ in known]
        self.assertEqual(len(indexes), len(set(indexes)))
        self.assertGreaterEqual(len(known), ROUNDS * BEFORE_KILL)


if __name__ == "__main__":
    support.main()
