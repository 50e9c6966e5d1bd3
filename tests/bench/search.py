# SPDX-License-Identifier: Apache-2.0
"""Pages of a search over 100,000 assets of which 1,000 fit, beside single evaluations in the same run."""
import argparse
import json
import os
import statistics
import sys
import tempfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "tests", "system"))
import support  # noqa: E402

BUILD = os.environ.get("HYK_BUILD") or os.path.join(ROOT, "build")
ASSETS, FIT, LIMIT, BUDGET_MS = 100000, 1000, 50, 20
BECAUSE = {"ko": "보관되지 않은 기록은 누구나 읽습니다", "en": "Anyone reads what is not archived"}


def make(folder):
    """Records, every hundredth active; half of the files lie in the commons below, where all but the active are."""
    step = ASSETS // FIT
    rows = [{"type": "record", "id": "record-%06d" % i, "commons": "city" if i % step else "city/hall",
             "facts": {"status": "archived" if i % step else "active"}} for i in range(ASSETS)]
    head = {"title": {"ko": "도시", "en": "City"}, "zone": "Asia/Seoul", "languages": ["ko", "en"]}
    files = {"commons.yaml": dict(head, commons="city"),
             "hall/commons.yaml": {"commons": "city/hall", "parent": "city", "title": head["title"]},
             "registry.yaml": {"assets": rows[:ASSETS // 2], "people": [{"type": "user", "id": "alice"}]},
             "hall/registry.yaml": {"assets": rows[ASSETS // 2:]},
             "rules.yaml": {"policy": "records", "commons": "city", "layer": "commons", "title": BECAUSE,
                            "applies_to": {"assets": ["record"], "actions": ["read"]},
                            "rules": [{"id": "read", "effect": "permit", "because": BECAUSE,
                                       "when": 'resource.status == "active"'}]}}
    os.makedirs(os.path.join(folder, "hall"))
    for name, value in files.items():
        with open(os.path.join(folder, name), "w", encoding="utf-8") as f:
            json.dump(value, f, ensure_ascii=False)


def ask_ms(server, path, body, token):
    start = time.perf_counter()
    a = server.ask("POST", path, body, token)
    took = (time.perf_counter() - start) * 1e3
    if a.status != 200:
        raise SystemExit("%s: %s" % (path, a.body))
    return took, a.json()


def pages(server, token, body):
    """The times of all pages, and how many results they hold."""
    page, times, found = {"limit": LIMIT}, [], 0
    while True:
        took, answer = ask_ms(server, "/access/v1/search/resource", dict(body, page=page), token)
        times.append(took)
        found += answer["page"]["count"]
        if not answer["page"]["next_token"]:
            return times, found
        page = {"token": answer["page"]["next_token"]}


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--rounds", type=int, default=5)
    args = p.parse_args()
    result = {"assets": ASSETS, "fit": FIT, "limit": LIMIT, "runs": []}
    with tempfile.TemporaryDirectory() as folder:
        commons = os.path.join(folder, "commons")
        make(commons)
        with support.Server(commons, os.path.join(ROOT, "tests", "authzen", "certification", "plugins")) as server:
            body = {"subject": {"type": "user", "id": "alice"}, "action": {"name": "read"}, "resource": {"type": "record"}}
            one = dict(body, resource={"type": "record", "id": "record-000000"})
            for owner, what in (("city", "a rule chooses"), ("city/hall", "the commons narrows")):
                token = server.token(owner.replace("/", "-"), owner, "decide")
                times, singles = [], []
                for _ in range(args.rounds):
                    some, found = pages(server, token, body)
                    if found != FIT:
                        raise SystemExit("found %d of %d" % (found, FIT))
                    times += some
                    singles += [ask_ms(server, "/access/v1/evaluation", one, token)[0] for _ in range(50)]
                page, single = statistics.median(times), statistics.median(singles)
                worst = sorted(times)[len(times) * 99 // 100]
                print("search, %-20s %4d pages: median %.2f ms, p99 %.2f ms (budget %d: %s); one evaluation %.2f ms: %.1f x"
                      % (what, len(times), page, worst, BUDGET_MS, "met" if page <= BUDGET_MS else "NOT met", single,
                         page / single), flush=True)
                result["runs"].append({"commons": owner, "pages": len(times), "median_ms": page, "p99_ms": worst,
                                       "single_ms": single})
    os.makedirs(os.path.join(BUILD, "bench"), exist_ok=True)
    path = os.path.join(BUILD, "bench", "search.json")
    with open(path, "w", encoding="utf-8") as f:
        json.dump(result, f, indent=1)
        f.write("\n")
    print("written: " + os.path.relpath(path, ROOT))


if __name__ == "__main__":
    main()
