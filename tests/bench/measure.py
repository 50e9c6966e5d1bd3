# SPDX-License-Identifier: Apache-2.0
"""Runs the engine and the bare server in turns under the same load and compares CPU per answered request.

CPU is user and system time of all processes of the server's session: with the engine its jails.
"""
import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "tests", "system"))
import support  # noqa: E402

BUILD = os.environ.get("HYK_BUILD") or os.path.join(ROOT, "build")
PROGRAMS = os.path.join(BUILD, "tests", "bench")
TICK_S = 1 / os.sysconf("SC_CLK_TCK")


def session_cpu_s(sid):
    """User and system seconds so far of every process of a session, ended children included."""
    total = 0
    for pid in os.listdir("/proc"):
        if not pid.isdigit():
            continue
        try:
            with open("/proc/%s/stat" % pid, encoding="latin-1") as f:
                fields = f.read().rsplit(")", 1)[1].split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        if int(fields[3]) == sid:
            total += sum(int(x) for x in fields[11:15])
    return total * TICK_S


def session_pss_kb(sid):
    total = 0
    for pid in os.listdir("/proc"):
        try:
            with open("/proc/%s/stat" % pid, encoding="latin-1") as f:
                fields = f.read().rsplit(")", 1)[1].split()
            if int(fields[3]) != sid:
                continue
            with open("/proc/%s/smaps_rollup" % pid, encoding="latin-1") as f:
                total += next(int(line.split()[1]) for line in f if line.startswith("Pss:"))
        except (OSError, IndexError, StopIteration):
            continue
    return total


class Program:
    """A server in a session of its own that says where it listens."""

    def __init__(self, name, command, token="-"):
        self.name, self.token = name, token
        self.errors = tempfile.TemporaryFile()
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=self.errors, text=True,
                                        start_new_session=True)
        line = self.process.stdout.readline()
        if "http://" not in line:
            self.errors.seek(0)
            raise SystemExit("%s did not start: %s" % (name, self.errors.read().decode()))
        self.port = line.strip().rsplit(":", 1)[1]

    def load(self, connections, seconds, body):
        before = session_cpu_s(self.process.pid)
        done = subprocess.run([os.path.join(PROGRAMS, "load"), self.port, str(connections), str(seconds),
                               "/access/v1/evaluation", self.token, body], stdout=subprocess.PIPE, text=True)
        if not done.stdout:
            raise SystemExit("the load generator failed on " + self.name)
        result = json.loads(done.stdout)
        result["cpu_s"] = round(session_cpu_s(self.process.pid) - before, 3)
        if result["failed"] or not result["answered"]:
            raise SystemExit("%s answered wrongly: %s" % (self.name, done.stdout))
        result["cpu_us"] = round(result["cpu_s"] * 1e6 / result["answered"], 2)
        result["per_second"] = round(result["answered"] / result["seconds"])
        return result

    def stop(self):
        self.process.terminate()
        self.process.wait(60)


def summary(values):
    return {"median": round(statistics.median(values), 3), "least": round(min(values), 3), "most": round(max(values), 3)}


def scenarios(folder):
    """Name, commons, plugins, the token's commons, request."""
    certification = os.path.join(ROOT, "tests", "authzen", "certification")
    registry = ([{"type": "record", "id": "record-1", "commons": "certification", "facts": {"status": "active"}}],
                [{"type": "user", "id": "alice"}])
    made, commons = support.copy_commons(os.path.join(certification, "commons"), registry)
    folder.append(made)
    yield ("records: 4 rules, no hooks", commons, os.path.join(certification, "plugins"), "certification",
           {"subject": {"type": "user", "id": "alice"}, "action": {"name": "read"},
            "resource": {"type": "record", "id": "record-1"}})
    yongin = os.path.join(ROOT, "policies", "yongin")
    request = os.path.join(ROOT, "tests", "bench", "stall.json")
    if os.path.exists(os.path.join(yongin, "commons.yaml")) and os.path.exists(request):
        with open(request, encoding="utf-8") as f:
            yield ("stall: policies/yongin", yongin, os.path.join(ROOT, "plugins"), "yongin", json.load(f))


def measure(name, commons, plugins, owner, request, args):
    with tempfile.TemporaryDirectory() as folder:
        state, body = os.path.join(folder, "state"), os.path.join(folder, "body.json")
        with open(body, "w", encoding="utf-8") as f:
            json.dump(request, f, ensure_ascii=False)
        bare = Program("bare", [os.path.join(PROGRAMS, "bare_mhd"), str(os.cpu_count() or 1)])
        engine = Program("engine", [support.HYANGYAK, "serve", "--commons", commons, "--plugins", plugins, "--state", state,
                                    "--listen", "127.0.0.1:0"])
        try:
            made = support.run("token", "add", "--state", state, "--name", "bench", "--commons", owner, "--rights", "decide")
            engine.token = made.stdout.split()[-1]
            result = {"scenario": name, "body_bytes": os.path.getsize(body), "runs": []}
            for connections in args.connections:
                for program in (bare, engine):
                    program.load(connections, 0.3, body)  # warm
                rounds = [(bare.load(connections, args.seconds, body), engine.load(connections, args.seconds, body))
                          for _ in range(args.rounds)]
                run = {"connections": connections,
                       "cpu_ratio": summary([e["cpu_us"] / b["cpu_us"] for b, e in rounds]),
                       "bare_cpu_us": summary([b["cpu_us"] for b, _ in rounds]),
                       "engine_cpu_us": summary([e["cpu_us"] for _, e in rounds]),
                       "throughput_ratio": summary([e["per_second"] / b["per_second"] for b, e in rounds]),
                       "engine_per_second": summary([e["per_second"] for _, e in rounds]),
                       "engine_p50_us": summary([e["p50_us"] for _, e in rounds]),
                       "engine_p99_us": summary([e["p99_us"] for _, e in rounds]),
                       "rounds": [{"bare": b, "engine": e} for b, e in rounds]}
                result["runs"].append(run)
                r = run["cpu_ratio"]
                print("%-28s %4d connections: CPU %6.1f us a decision, bare %5.1f us: %.2f x (%.2f to %.2f), %d/s, p99 %d us"
                      % (name, connections, run["engine_cpu_us"]["median"], run["bare_cpu_us"]["median"], r["median"],
                         r["least"], r["most"], run["engine_per_second"]["median"], run["engine_p99_us"]["median"]),
                      flush=True)
            result["engine_pss_kb"] = session_pss_kb(engine.process.pid)
            return result
        finally:
            engine.stop()
            bare.stop()


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--rounds", type=int, default=5)
    p.add_argument("--seconds", type=float, default=2)
    p.add_argument("--connections", type=lambda s: [int(x) for x in s.split(",")], default=[1, 64, 900])
    args = p.parse_args()
    if args.rounds < 5:
        print("fewer than 5 rounds: a look, not a measurement", file=sys.stderr)
    folders = []
    results = [measure(*s, args) for s in scenarios(folders)]
    for folder in folders:
        subprocess.run(["rm", "-rf", folder], check=True)
    os.makedirs(os.path.join(BUILD, "bench"), exist_ok=True)
    path = os.path.join(BUILD, "bench", "http.json")
    with open(path, "w", encoding="utf-8") as f:
        json.dump({"processors": os.cpu_count(), "results": results}, f, indent=1, ensure_ascii=False)
        f.write("\n")
    print("written: " + os.path.relpath(path, ROOT))


if __name__ == "__main__":
    main()
