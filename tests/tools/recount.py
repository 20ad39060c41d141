#!/usr/bin/env python3
"""Counts the events of a capture anew and holds the report's numbers against them: recount.py PROGRAM CAPTURE

What is compared: sessions, transactions, messages and their octets, recipients by outcome, deferred and rejected
recipients and refusals without a recipient by cause, failures by phase, logins, and the sums over domains, servers,
senders, clients, templates, enhanced codes and hours, which all have to be the same totals; how often each destination was
timed, and who still waits.  Silent when all agree.
"""
import collections
import json
import subprocess
import sys

FAILED = ("deferred", "rejected", "in_doubt", "aborted")


def run(*args):
    done = subprocess.run(args, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    if done.returncode not in (0, 4):
        sys.exit(f"recount: exit {done.returncode}: {' '.join(args)}")
    return done.stdout


def rows(report, name):
    part = report.get(name, {})
    return part.get("rows", []) + ([part["others"]] if "others" in part else [])


def summed(report, name):
    total = collections.Counter()
    for row in rows(report, name):
        total.update(row["outcomes"])
    return {k: v for k, v in total.items() if v}


def domain_of(path):
    return path.rsplit("@", 1)[1].lower()[:64] if "@" in path else ""


def counted_times(report, of, same):
    """How often each destination was timed: once a transaction that a reply decided, for a domain once as well."""
    servers, domains = collections.Counter(), collections.Counter()
    for t in of["transaction"]:
        if "code" not in t or "total_ms" not in t.get("timing", {}):
            continue
        ip = t["server"]["ip"]
        servers[f"[{ip}]:{t['server']['port']}" if ":" in ip else f"{ip}:{t['server']['port']}"] += 1
        domains.update({domain_of(r.get("rcpt_to", "")) for r in t.get("recipients", [])[:32]} - {""})
    for name, key, counted in (("server_times", "server", servers), ("domain_times", "domain", domains)):
        told = {r[key].lower(): r["count"] for r in rows(report, name)}
        if len(counted) < 64 and all(len(k) < 64 for k in counted):
            same(name, told, dict(counted))


def counted_ages(report, of, same):
    """Recipients whose latest attempt was put off, broke off or is in doubt, by domain and by the time since the first."""
    waits = {}
    for d in of["delivery"]:
        story = d.get("story")
        if d["outcome"] in ("deferred", "in_doubt", "aborted") and story:
            waits.setdefault(story, (domain_of(d.get("rcpt_to", "")), d["ts"]))
        elif d["outcome"] in ("accepted", "rejected"):
            waits.pop(story, None)
    told = [r for r in rows(report, "ages") if r.get("domain") != "(could not be followed)"]
    same("waiting", sum(r["count"] for r in told), len(waits))
    same("waiting by age", [r["count"] for r in told],
         [sum(n for k, n in r.items() if k.startswith("under_") or k == "older") for r in told])
    if len({domain for domain, _ in waits.values()}) <= 64:
        same("waiting by domain", {r.get("domain", ""): r["count"] for r in told},
             dict(collections.Counter(domain for domain, _ in waits.values())))


def main():
    program, capture = sys.argv[1:3]
    events = [json.loads(line) for line in run(program, "log", "-q", "-e", "all", "-r", capture).splitlines()]
    report = json.loads(run(program, "report", "-q", "-f", "json", "-r", capture))
    of = collections.defaultdict(list)
    for event in events:
        of[event["event"]].append(event)
    wrong = []

    def same(what, told, counted):
        if told != counted:
            wrong.append(f"{what}: the report says {told}, the events {counted}")

    taken = [t for t in of["transaction"] if t.get("outcome") in ("accepted", "partial")]
    same("sessions", report["scope"]["sessions"], len(of["session"]))
    same("transactions", report["scope"]["transactions"], len(of["transaction"]))
    same("messages", report["scope"]["messages"], len(taken))
    same("octets", report["scope"]["message_octets"], sum(t.get("size", 0) for t in taken))

    outcomes = collections.Counter(d["outcome"] for d in of["delivery"])
    same("recipients", report["recipients"]["all"], len(of["delivery"]))
    same("failed", report["recipients"]["failed"], sum(outcomes[o] for o in FAILED))
    same("outcomes", {k: v for k, v in report["recipients"]["outcomes"].items() if v}, dict(outcomes))
    if "domains" in report:  # a table without a failure is left out
        for name in ("domains", "servers", "senders", "clients"):
            same(name, summed(report, name), dict(outcomes))
    octets = sum(d.get("size", 0) for d in of["delivery"] if d["outcome"] == "accepted")
    for name in ("domain_volume", "server_volume", "sender_volume", "client_volume"):
        if name in report:
            same(name, summed(report, name), dict(outcomes))
            same(f"{name} octets", sum(r["octets"] for r in rows(report, name)), octets)
    for name in ("services", "ends", "tls"):
        same(name, sum(r["count"] for r in rows(report, name)), len(of["session"]))
    if "timeline" in report:
        same("hours", summed(report, "timeline"), dict(outcomes))

    refused = [d for d in of["delivery"] if d["outcome"] in ("deferred", "rejected")]
    causes = collections.Counter((d.get("cause", "not told"), d["outcome"]) for d in refused)
    other = collections.Counter(f.get("cause", "not told") for f in of["failure"] if "code" in f)
    for row in rows(report, "causes"):
        for outcome in ("deferred", "rejected"):
            same(f"{row['cause']} {outcome}", row[outcome], causes.pop((row["cause"], outcome), 0))
        same(f"{row['cause']} without a recipient", row["without_recipient"], other.pop(row["cause"], 0))
    same("other causes", {}, {str(k): v for k, v in [*causes.items(), *other.items()]})

    phases = collections.Counter((d.get("phase", "not told"), d["outcome"]) for d in of["delivery"])
    for row in rows(report, "phases"):
        for outcome in FAILED:
            same(f"phase {row['phase']} {outcome}", row[outcome], phases.pop((row["phase"], outcome), 0))
    same("other phases", 0, sum(n for (_, outcome), n in phases.items() if outcome in FAILED))

    coded = sum("code" in d for d in refused)
    same("templates", sum(r["count"] for r in rows(report, "templates")), coded)
    same("enhanced", sum(r["count"] for r in rows(report, "enhanced")), len(refused))
    same("without a recipient", report["failures_without_recipient"], len(of["failure"]))
    same("no mail", sum(r["count"] for r in rows(report, "non_smtp")), len(of["non_smtp"]))
    reported = [m.get("reported") or [None] for m in of["message"] if "report" in m]
    same("reported recipients", sum(r["count"] for r in rows(report, "bounces")), sum(map(len, reported)))
    counted_times(report, of, same)
    counted_ages(report, of, same)
    logins = {r["login"]: r["count"] for r in rows(report, "logins")}
    if logins:
        same("failed logins", logins.get("failed", 0), sum(a["outcome"] == "failed" for a in of["auth"]))
    known = {e["session"] for e in events if "session" in e}
    shown = {s for part in report.values() if isinstance(part, dict) for r in part.get("rows", [])
             for s in r.get("sessions", [])}
    same("sessions that no event has", set(), shown - known)
    for line in wrong:
        print(f"{capture}: {line}")
    return 1 if wrong else 0


sys.exit(main())
