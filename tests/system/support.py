# SPDX-License-Identifier: Apache-2.0
"""Starts the real program in a temporary folder and speaks HTTP to it. Standard library only.

HYANGYAK names the program (default build/hyangyak); HYK_CONFORMANCE the folder of the conformance data
(default ../shared/conformance). A test file ends with support.main(): exit code 0 passed, 1 failed, 77 skipped.
"""
import http.client
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import unittest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
HYANGYAK = os.path.abspath(os.environ.get("HYANGYAK", os.path.join(ROOT, "build", "hyangyak")))
SKIPPED = 77
GUARD_S = 120  # a hung program fails its test instead of the whole run


def conformance(*parts):
    """Path of conformance data; the test is skipped without it, or fails when it is required."""
    path = os.path.join(os.environ.get("HYK_CONFORMANCE") or os.path.join(ROOT, "..", "shared", "conformance"), *parts)
    if os.path.exists(path):
        return path
    if os.environ.get("HYK_REQUIRE_CONFORMANCE") == "1":
        raise AssertionError(path + " is not there, and HYK_REQUIRE_CONFORMANCE is set")
    raise unittest.SkipTest(path + " is not there")


def run(*args, **more):
    """One command of hyangyak, to its end."""
    return subprocess.run([HYANGYAK, *args], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                          timeout=GUARD_S, **more)


class Answer:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    def json(self):
        return json.loads(self.body)


class Server:
    """`hyangyak serve` on a free port of 127.0.0.1. Use as a context manager, or start() and stop()."""

    def __init__(self, commons, plugins, state=None, options=()):
        self.folder = tempfile.mkdtemp(prefix="hyk-test-")
        self.state = state or os.path.join(self.folder, "state")
        self.commons, self.plugins, self.options = commons, plugins, list(options)
        self.process = self.address = self.port = None
        self.errors, self.logged = [], threading.Condition()

    def __enter__(self):
        return self.start()

    def __exit__(self, *unused):
        self.close()

    def start(self):
        command = [HYANGYAK, "serve", "--commons", self.commons, "--plugins", self.plugins, "--state", self.state,
                   "--listen", "127.0.0.1:0", *self.options]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.errors = []
        # Somebody must read what it logs, or a full pipe stops it.
        self.reader = threading.Thread(target=self._keep_errors, args=(self.process.stderr,), daemon=True)
        self.reader.start()
        prefix = "listening on http://"
        while True:
            line = self.process.stdout.readline()
            if not line:
                self.process.wait(GUARD_S)
                self.reader.join(GUARD_S)
                raise AssertionError("the server did not start:\n" + "".join(self.errors))
            if line.startswith(prefix):
                break
        self.address = line[len(prefix):].strip()
        self.port = int(self.address.rsplit(":", 1)[1])
        return self

    def _keep_errors(self, pipe):
        for line in pipe:
            with self.logged:
                self.errors.append(line)
                self.logged.notify_all()

    def await_log(self, text, times=1):
        """Waits until so many lines of the log have the text."""
        with self.logged:
            if not self.logged.wait_for(lambda: sum(text in line for line in self.errors) >= times, GUARD_S):
                raise AssertionError(text + " was never logged:\n" + "".join(self.errors))

    def stop(self, sig=signal.SIGTERM):
        """Ends the program and returns its exit code; the state stays."""
        if self.process is None:
            return None
        if self.process.poll() is None:
            self.process.send_signal(sig)
        try:
            code = self.process.wait(GUARD_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise AssertionError("the server did not stop")
        finally:
            self.reader.join(GUARD_S)
            self.process.stdout.close()
            self.process.stderr.close()
        self.process = None
        return code

    def close(self):
        try:
            code = self.stop()
            if code not in (None, 0):
                raise AssertionError("the server ended with %d:\n%s" % (code, "".join(self.errors[-20:])))
        finally:
            shutil.rmtree(self.folder, ignore_errors=True)

    def token(self, name, commons, rights):
        """A new token's secret, made beside the running engine."""
        done = run("token", "add", "--state", self.state, "--name", name, "--commons", commons, "--rights", rights)
        if done.returncode != 0:
            raise AssertionError("token add: " + done.stderr)
        return done.stdout.split()[-1]

    def connect(self):
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=GUARD_S)

    def ask(self, method, path, body=None, token=None, headers=None, connection=None):
        """One request. `body`: bytes or text as they are, anything else as JSON."""
        head = {}
        if body is not None:
            head["Content-Type"] = "application/json"
            if not isinstance(body, (bytes, str)):
                body = json.dumps(body, ensure_ascii=False)
            if isinstance(body, str):
                body = body.encode("utf-8")
        if token is not None:
            head["Authorization"] = "Bearer " + token
        head.update(headers or {})
        c = connection or self.connect()
        try:
            c.request(method, path, body=body, headers=head)
            r = c.getresponse()
            return Answer(r.status, r.headers, r.read())
        finally:
            if connection is None:
                c.close()


def copy_commons(source, registry=None):
    """A copy of a commons folder, with a registry.yaml from (assets, people), in a new temporary folder."""
    folder = tempfile.mkdtemp(prefix="hyk-commons-")
    commons = os.path.join(folder, "commons")
    shutil.copytree(source, commons)
    if registry is not None:
        assets, people = registry
        with open(os.path.join(commons, "registry.yaml"), "w", encoding="utf-8") as f:
            for kind, rows in (("assets", assets), ("people", people)):
                if rows:
                    f.write(kind + ":\n")
                    for row in rows:  # JSON is YAML's flow form
                        f.write("  - " + json.dumps(row, ensure_ascii=False) + "\n")
    return folder, commons


class Served(unittest.TestCase):
    """Tests that share one server."""

    @classmethod
    def serve(cls, source, plugins, token, registry=None, options=(), more=()):
        """A server on a copy of the folder `source`, with these texts `more` at the ends of files in it, and a token
        (name, commons, rights)."""
        cls.folder, commons = copy_commons(source, registry)
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        for path, text in dict(more).items():
            with open(os.path.join(commons, path), "a", encoding="utf-8") as f:
                f.write(text)
        cls.server = Server(commons, plugins, options=options)
        cls.addClassCleanup(cls.server.close)
        cls.server.start()
        cls.token = cls.server.token(*token)


class Lines(unittest.TextTestResult):
    """Says each test's result on standard output as well, one line each, for tests/tools/run_tests.sh."""

    def line(self, word, test, why=None):
        name = " ".join(test.id().replace("__main__.", "").split())
        print("%s %s%s" % (word, name, "" if why is None else ": " + (why.strip().splitlines() or [""])[-1]), flush=True)

    def addSuccess(self, test):
        super().addSuccess(test)
        self.line("ok", test)

    def addSkip(self, test, reason):
        super().addSkip(test, reason)
        self.line("skip", test, reason)

    def addFailure(self, test, err):
        super().addFailure(test, err)
        self.line("not ok", test, self._exc_info_to_string(err, test))

    def addError(self, test, err):
        super().addError(test, err)
        self.line("not ok", test, self._exc_info_to_string(err, test))

    def addSubTest(self, test, subtest, err):
        super().addSubTest(test, subtest, err)
        if err is not None:
            self.line("not ok", subtest, self._exc_info_to_string(err, test))


def main():
    if not os.access(HYANGYAK, os.X_OK):
        print("not ok %s: %s is not built" % (os.path.basename(sys.argv[0]), HYANGYAK))
        sys.exit(1)
    suite = unittest.defaultTestLoader.loadTestsFromModule(sys.modules["__main__"])
    result = unittest.TextTestRunner(verbosity=2, resultclass=Lines).run(suite)
    if not result.wasSuccessful() or result.testsRun + len(result.skipped) == 0:
        sys.exit(1)
    sys.exit(SKIPPED if result.skipped else 0)
