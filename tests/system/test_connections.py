#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""900 keep-alive connections are served as steadily as 64: every one gets every answer, and none is left behind.

Counts answers and compares counts; no time decides.
"""
import json
import os
import resource
import selectors
import socket

import support

AUTHZEN = os.path.join(support.ROOT, "tests", "authzen", "certification")
BODY = json.dumps({"subject": {"type": "user", "id": "alice"}, "action": {"name": "read"},
                   "resource": {"type": "record", "id": "record-1"}}).encode()


class Client:
    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=support.GUARD_S)
        self.socket.setblocking(False)
        self.received = b""
        self.answers = 0

    def read(self):
        """Answers that became whole now."""
        try:
            data = self.socket.recv(65536)
        except BlockingIOError:
            return 0
        if not data:
            raise AssertionError("the server closed a connection after %d answers" % self.answers)
        self.received += data
        found = 0
        while True:
            head, sep, rest = self.received.partition(b"\r\n\r\n")
            if not sep:
                return found
            length = next(int(line.split(b":")[1]) for line in head.split(b"\r\n")
                          if line.lower().startswith(b"content-length:"))
            if len(rest) < length:
                return found
            if not head.startswith(b"HTTP/1.1 200 ") or json.loads(rest[:length])["decision"] is not True:
                raise AssertionError((head + b"\n" + rest[:length]).decode())
            self.received = rest[length:]
            self.answers += 1
            found += 1


class Connections(support.Served):
    @classmethod
    def setUpClass(cls):
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        if soft < 4096 and (hard == resource.RLIM_INFINITY or hard >= 4096):
            resource.setrlimit(resource.RLIMIT_NOFILE, (4096, hard))
        assets = [{"type": "record", "id": "record-1", "commons": "certification", "facts": {"status": "active"}}]
        cls.serve(os.path.join(AUTHZEN, "commons"), os.path.join(AUTHZEN, "plugins"), ("many", "certification", "decide"),
                  registry=(assets, [{"type": "user", "id": "alice"}]))
        cls.request = (b"POST /access/v1/evaluation HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\n"
                       b"Authorization: Bearer " + cls.token.encode() + b"\r\nContent-Length: %d\r\n\r\n" % len(BODY) + BODY)

    def keep_asking(self, n, rounds):
        """Every connection asks again as soon as it is answered, until it has had `rounds` answers."""
        clients = [Client(self.server.port) for _ in range(n)]
        most_apart = left = 0
        with selectors.DefaultSelector() as ready:
            for c in clients:
                ready.register(c.socket, selectors.EVENT_READ, c)
            for c in clients:  # all at once: a server that stalls on many ready connections stalls here
                c.socket.sendall(self.request)
            left = n
            while left > 0:
                events = ready.select(support.GUARD_S)
                self.assertTrue(events, "nobody was answered any more; answers: %s" % sorted(c.answers for c in clients)[:5])
                for key, _ in events:
                    c = key.data
                    if c.read() == 0:
                        continue
                    if c.answers < rounds:
                        c.socket.sendall(self.request)
                    else:
                        left -= 1
                least = min(c.answers for c in clients)
                most_apart = max(most_apart, max(c.answers for c in clients) - least)
        self.assertEqual([c.answers for c in clients], [rounds] * n)
        for c in clients:
            c.socket.close()
        return most_apart

    def test_64(self):
        self.keep_asking(64, 50)

    def test_900(self):
        """While all keep asking nobody is left out: when the first has all its answers, everyone has some."""
        self.assertLess(self.keep_asking(900, 20), 20)

    def test_900_at_once_again_and_again(self):
        """Rounds in step: nobody asks again before everyone was answered."""
        clients = [Client(self.server.port) for _ in range(900)]
        with selectors.DefaultSelector() as ready:
            for c in clients:
                ready.register(c.socket, selectors.EVENT_READ, c)
            for _ in range(5):
                for c in clients:
                    c.socket.sendall(self.request)
                got = 0
                while got < len(clients):
                    events = ready.select(support.GUARD_S)
                    self.assertTrue(events, "stalled after %d of %d answers" % (got, len(clients)))
                    got += sum(key.data.read() for key, _ in events)
        self.assertEqual({c.answers for c in clients}, {5})
        for c in clients:
            c.socket.close()


if __name__ == "__main__":
    support.main()
