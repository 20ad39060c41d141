#!/usr/bin/env python3
"""Drives the dashboard in tmux: tests/screens.py PROGRAM CHECKED [KEYS] [--renew] [--monkey] [--seed N]

PROGRAM draws the golden screens (tests/screens/*.txt; `--renew` writes them anew), CHECKED, built with sanitizers, gets every
key on every screen, KEYS random keys (default 300; `--monkey`: nothing else, `--seed`: the same ones again), resizes, hostile octets in every field, and must end as it should.
Prints what is wrong and how many checks were made; exit 1 when something is wrong."""
import base64
import glob
import json
import os
import random
import re
import shutil
import struct
import subprocess
import sys
import tempfile
import time

import attack

OUTCOMES = ["accepted", "deferred", "rejected", "in_doubt", "aborted", "withdrawn", "unknown"]
SIZES = [(80, 24), (100, 30), (200, 60)]
HERE = os.path.dirname(os.path.abspath(__file__))
SOCKET = ""  # of the server in use: each screen has its own, since one that ends takes a while
wrong, checks = [], 0


def check(name, ok, note=""):
    global checks
    checks += 1
    if not ok:
        wrong.append("%s: %s" % (name, note))


def tmux(*words):
    return subprocess.run(["tmux", "-L", SOCKET, *words], capture_output=True, text=True, errors="replace").stdout


class Screen:
    """The program in a terminal of its own."""
    made = 0

    def __init__(self, command, size, locale="C.UTF-8", wait="q quit", config=None):
        self.work = tempfile.mkdtemp()
        self.log = os.path.join(self.work, "log")
        line = "env -u LC_ALL LC_CTYPE=%s LANG=%s TZ=UTC XDG_CONFIG_HOME=%s ASAN_OPTIONS=detect_leaks=1:log_path=%s %s 2>%s/err; echo EXIT $?; sleep 30" % (
            locale, locale, config or self.work, self.log, command, self.work)
        global SOCKET
        if SOCKET:
            tmux("kill-server")
        Screen.made += 1
        SOCKET = "smtpscope-test-%d-%d" % (os.getpid(), Screen.made)
        tmux("-f", "/dev/null", "-u", "new-session", "-d", "-x", str(size[0]), "-y", str(size[1]), line)
        tmux("set", "-g", "status", "off")
        tmux("resize-window", "-x", str(size[0]), "-y", str(size[1]))
        self.wait(wait)

    def text(self):
        return tmux("capture-pane", "-p")

    def wait(self, needle, seconds=60):
        for _ in range(int(seconds * 20)):
            if re.search(needle, self.text()):
                return True
            time.sleep(0.05)
        return False

    def settle(self):
        """Until the screen stands still."""
        before, same = self.text(), 0
        for _ in range(100):
            time.sleep(0.06)
            now = self.text()
            same = same + 1 if now == before else 0
            if same == 3:
                return now
            before = now
        return before

    def keys(self, *names):
        tmux("send-keys", *names)

    def errors(self):
        found = ""
        for path in glob.glob(self.log + "*") + [os.path.join(self.work, "err")]:
            with open(path, errors="replace") as f:
                found += f.read()
        return found


def golden(program, renew):
    """What a person sees, at three sizes, in UTF-8 and in ASCII."""
    steps = [("overview", []), ("sessions", ["2"]), ("ladder", ["Down", "Down", "Enter"]), ("failures", ["3"]),
             ("recipients", ["Enter"]), ("help", ["?"])]
    for size in SIZES:
        for locale in ("C.UTF-8", "C"):
            s = Screen("%s tui --utc -r captures/demo.pcap" % program, size, locale)
            s.wait("100 %")
            for name, keys in steps:
                for key in keys:
                    s.keys(key)
                    s.settle()
                text = s.settle().split("\n", 1)[-1]  # the first line tells memory
                path = os.path.join(HERE, "screens", "%s-%dx%d-%s.txt" % (name, size[0], size[1], "utf8" if locale != "C" else "ascii"))
                if renew:
                    os.makedirs(os.path.dirname(path), exist_ok=True)
                    open(path, "w").write(text)
                    continue
                want = open(path).read() if os.path.exists(path) else ""
                check("golden %s" % os.path.basename(path), text == want, "differs; see tests/screens.py --renew\n" + text)
                if locale == "C":
                    check("ascii %s" % name, text.isascii(), "not ASCII")
                if name == "help":
                    s.keys("Escape")


def lab(name):
    return "captures/lab/%s.pcap" % name


def many():
    """Captures that meet on one screen: TLS opened and failed, losses, bounces, block lists, logins, and every kind of refusal."""
    names = ["exim-tls13", "exim-tls12", "exim-tls-distrust", "postfix-starttls-abort", "opensmtpd-tls-server-fails", "exim-lossy", "fault-loss",
             "exim-bounce", "exim-blocked", "exim-auth-guess", "exim-auth-plain-fail", "exim-in-doubt-rst", "exim-data-rst", "exim-morning"]
    return ["captures/demo.pcap"] + [lab(n) for n in names]


def numbers(program):
    """The overview counts as the report does."""
    hostile = os.path.join(tempfile.mkdtemp(), "hostile.pcap")
    write_hostile(hostile)
    keys = ["--keylog", "captures/lab/exim-tls13.keys"]
    bounces = [f for f in sorted(glob.glob("captures/lab/*.pcap")) if "bounce" in f or "relay-550" in f or "rejected" in f]
    for name, words in (("demo", ["-r", "captures/demo.pcap"]), ("TLS", ["-r", lab("exim-tls13")]), ("TLS with keys", ["-r", lab("exim-tls13")] + keys),
                        ("loss", ["-r", lab("fault-loss")]), ("bounces", [w for f in bounces for w in ("-r", f)]),
                        ("hostile", ["-r", hostile]), ("many", [w for f in many() for w in ("-r", f)])):
        report = json.loads(subprocess.run([program, "report", "-f", "json", "-q", *words], capture_output=True, text=True).stdout)
        events = subprocess.run([program, "log", "-q", *words], capture_output=True, text=True).stdout
        counts = {}
        for line in events.splitlines():
            e = json.loads(line)
            if e["event"] == "delivery":
                counts[e["outcome"]] = counts.get(e["outcome"], 0) + 1
        told = {k: v for k, v in report["recipients"]["outcomes"].items() if v}
        check("events and report, %s" % name, counts == told, "%s, not %s" % (counts, told))
        s = Screen("%s tui --utc %s" % (program, " ".join(words)), (100, 40))
        s.wait("100 %")
        text = s.settle()
        blamed = report.get("suspects", {"rows": []})["rows"][:6]
        check("suspects, %s" % name, [row for row in re.findall(r"\u2502 (\S+) +\S.*? +([0-9]+)(?: |$)", text.split("WHY NOT")[0], re.M)][:6] ==
              [(row["value"], str(row["score"])) for row in blamed], text)
        check("outcomes, %s" % name, counted(text) == told, "%s, not %s" % (counted(text), told))
        share = re.search(r"  unread ([0-9.]+) %", text.split("\n")[0])
        scope = report["scope"]
        check("the first line tells what could not be read, %s" % name, share and
              float(share.group(1)) == round(100 * scope["encrypted_sessions"] / max(scope["sessions"], 1), 1), text)
        check("causes, %s" % name, {label: (d, r) for label, d, r, other in causes(text) if not other} == {
            c["cause"] or "-": (c["deferred"], c["rejected"]) for c in report.get("causes", {"rows": []})["rows"] if c["recipients"]}, text)
        s.keys("9")
        text = s.settle()
        for field, label in (("sessions", "sessions that ended"), ("encrypted_sessions", "inside TLS"), ("transactions", "transactions"),
                             ("one_sided_sessions", "of which only one side was seen"), ("gap_octets", "octets that the capture lacks"),
                             ("midstream_sessions", "whose beginning was not seen"), ("packets_truncated", "cut by the capture \\(snap length\\)")):
            shown = re.search(r"  %s +([0-9,]+)( |$)" % label, text, re.M)
            check("%s, %s" % (field, name), shown and number(shown.group(1)) == report["scope"][field], text)


def number(text):
    return 0 if text == "-" else int(text.replace(",", ""))


def causes(text):
    """Of the overview, left of the frame: name, deferred, rejected, and what had no recipient."""
    lines = [line.split("\u2502")[0].rstrip() for line in text.split("\n")]
    begin = next(i for i, line in enumerate(lines) if "WHY NOT" in line)
    found = (re.match(r" (\S.*?) +([0-9,]+|-) +([0-9,]+|-) +([0-9,]+|-)$", line) for line in lines[begin + 1:begin + 13])
    return [(m.group(1), number(m.group(2)), number(m.group(3)), number(m.group(4))) for m in found if m]


def suspects(program, files):
    """Score and findings of each, as the report has them; as many as the overview has room for."""
    report = subprocess.run([program, "report", "senders", "-f", "json", "-q"] + files.split(), capture_output=True, text=True).stdout
    return [(row["score"], row["findings"]) for row in json.loads(report)["suspects"]["rows"]][:6]


def opens(program):
    """Enter on each row of each grouping opens as many recipients, sessions or diagnoses as the row counts."""
    files = " ".join("-r " + f for f in many())
    s = Screen("%s tui --utc %s" % (program, files), (140, 40))
    s.wait("100 %")
    s.keys("1")
    s.settle()

    def opened(name, count):
        s.keys("Enter")
        title = None
        for _ in range(60):
            title = re.match(r" *([0-9,]+) (recipient|session|time|login|handshake|refusal|failure)", s.text().split("\n")[2])
            if title or s.wait("never", 0.05):
                break
        n = number(title.group(1)) if title else -1
        check("%s opens what it counts" % name, n == count, "%d, not %d\n%s" % (n, count, s.text()))
        s.keys("Escape")
        s.settle()

    text = s.settle()
    s.keys("BTab", "BTab")  # from what was refused most
    for outcome, n in counted(text).items():
        s.keys(*["g"] + ["Down"] * OUTCOMES.index(outcome))
        opened("overview: " + outcome, n)
    s.keys("Tab")
    for i, (score, findings) in enumerate(suspects(program, files)):
        s.keys(*["g"] + ["Down"] * i)
        opened("overview: suspect of score %s" % score, findings)
    s.keys("Tab", "g")
    for cause, *n in causes(text):
        opened("overview: " + cause, sum(n))
        s.keys("Down")
    s.keys("1", "Escape")
    for screen, groupings in (("3", 9), ("4", 5), ("5", 2), ("6", 4)):
        s.keys(screen)
        for turn in range(groupings):
            s.keys("g")
            text = s.settle()
            head = next((line for line in text.split("\n")[4:] if re.search(" (COUNT|SESSIONS|TOLD)", line)), "")
            end = re.search(r"(COUNT|SESSIONS|TOLD)\S?", head).end()
            for row in range(30):
                lines = [line for line in s.text().split("\n") if line.startswith("\u25b6")]
                if not lines or "nothing" in text:
                    break
                n = number(lines[0][:end].split()[-1])
                opened("screen %s, %s" % (screen, lines[0][1:end]), n)
                s.keys("Down")
                s.settle()
                if [line for line in s.text().split("\n") if line.startswith("\u25b6")] == lines:
                    break
            s.keys("b")
    leave(s, "opens")


def counted(text):
    """Outcomes on the overview."""
    found = re.findall(r"^ \S (accepted|deferred|rejected|in_doubt|aborted|withdrawn|unknown) +([0-9,]+) ", text, re.M)
    return {name: int(n.replace(",", "")) for name, n in found if n != "0"}


def compared(program, capture, since, until, text):
    """Beside a window stands what was in the same time before it, when all of that was captured."""
    at = [sum(int(x) * y for x, y in zip(moment.split(":"), (3600, 60, 1))) for moment in (since, until)]
    begin = at[0] - (at[1] - at[0])
    clock = "2026-03-02T%02d:%02d:%02dZ" % (begin // 3600, begin // 60 % 60, begin % 60)
    events = subprocess.run([program, "log", "-q", "-e", "delivery", "-r", capture, "--since", clock, "--until", "2026-03-02T%sZ" % since],
                            capture_output=True, text=True).stdout
    outcomes = [json.loads(line)["outcome"] for line in events.splitlines()]
    told = {name: number(n) for name, n in re.findall(r"(?m)^ \S (\w+) +[0-9,]+ +[0-9.]+ %  was ([0-9,]+) ", text)}
    want = {name: outcomes.count(name) for name in OUTCOMES} if begin >= 9 * 3600 else {}
    check("before %s - %s" % (since, until), told == want, "%s, not %s\n%s" % (told, want, text))


def window(program):
    """A window counts what --since and --until count."""
    capture = "captures/demo.pcap"
    s = Screen("%s tui --utc -r %s" % (program, capture), (120, 30))
    s.wait("100 %")
    for step in ["{", "{", "]", "]", "[", "}", "]", "{", "{"]:
        s.keys(step)
        text = s.settle()
        m = re.search(r"window ([0-9:]{8}) - ([0-9:]{8})", text)
        if not m:
            check("window after %s" % step, step == "}", text)
            continue
        since, until = "2026-03-02T%sZ" % m.group(1), "2026-03-02T%sZ" % m.group(2)
        events = subprocess.run([program, "log", "-q", "-r", capture, "--since", since, "--until", until],
                                capture_output=True, text=True).stdout
        want = {}
        for line in events.splitlines():
            e = json.loads(line)
            if e["event"] == "delivery":
                want[e["outcome"]] = want.get(e["outcome"], 0) + 1
        check("window %s - %s" % (since, until), counted(text) == want, "%s, not %s" % (counted(text), want))
        compared(program, capture, m.group(1), m.group(2), text)


def remembered(checked):
    """Sorting and columns are as they were left; what else the file holds does nothing."""
    home = tempfile.mkdtemp()
    os.mkdir(os.path.join(home, "smtpscope"))
    path = os.path.join(home, "smtpscope", "screens")
    open(path, "wb").write(b"\x1b[2J\0sessions\nsessions sort=nothing hide=" + b"x" * 9000 + b"\n")
    for turn in range(2):
        s = Screen("%s tui --utc -r captures/demo.pcap" % checked, (120, 30), config=home)
        s.wait("100 %")
        s.keys("2")
        text = s.settle()
        check("columns, turn %d" % turn, ("CLIENT" in text) == (turn == 0), text)
        if turn == 0:
            for key in ["c", "Down", "Down", "Space", "Escape", "S"]:
                s.keys(key)
                s.settle()
        leave(s, "remembered")
    check("remembered", open(path).read() == "sessions sort=time reverse=yes hide=client\n", open(path, errors="replace").read()[:200])


def known(program, checked):
    """What is acknowledged is left out of what is new, says so, is counted on, and is remembered in a file for people."""
    home = tempfile.mkdtemp()
    path = os.path.join(home, "smtpscope", "acknowledged")
    s = Screen("%s tui --utc -r captures/demo.pcap" % checked, (120, 30), config=home)
    s.wait("100 %")
    s.keys("8")
    s.settle()
    shown = number(re.match(" *([0-9,]+) findings", s.text().split("\n")[2]).group(1))
    check("what is slight does not look like a warning", len({style for style, word in re.findall(
          "\x1b\\[([0-9;]+)m(info|warn)\\b", tmux("capture-pane", "-p", "-e"))}) >= 2, tmux("capture-pane", "-p", "-e"))
    s.keys("4")
    check("acknowledging is offered", s.wait("a known"), s.text())
    s.keys("a")
    check("acknowledged: said", s.wait("acknowledged: not among"), s.text())
    check("acknowledged: marked and last", re.search(r"\n[\u25b6 ] +2 192.0.2.10 [^\n]*\n(.*\n)?[\u25b6 ] +57 203.0.113.66 +known", s.settle()), s.text())
    s.keys("8")
    text = s.settle()
    left = re.match(" *([0-9,]+) findings and diagnoses; acknowledged, left out: ([0-9]+)", text.split("\n")[2])
    check("acknowledged: left out and counted", left and "203.0.113.66" not in text and number(left.group(1)) + number(left.group(2)) == shown, text)
    s.keys("1")
    check("acknowledged: not on the overview", s.wait("WHO IS SUSPICIOUS, but for 1 known") and "203.0.113.66" not in s.text(), s.text())
    leave(s, "acknowledged")
    lines = sorted(open(path).read().splitlines())
    check("acknowledged: the file", lines == ["%s 203.0.113.66" % rule for rule in
          ("auth_guessing", "auth_in_clear", "helo_invalid", "recipient_harvest")], "\n".join(lines))
    s = Screen("%s tui --utc -r captures/demo.pcap" % program, (120, 30), config=home)
    check("acknowledged: remembered", s.wait("but for 1 known"), s.text())
    s.keys("4", "G", "Enter")
    check("acknowledged: a number opens what it counts", s.wait("7 times: 203.0.113.66"), s.text())
    s.keys("Escape", "a")
    check("acknowledged: taken back", s.wait("no longer acknowledged"), s.text())
    s.keys("1")
    check("acknowledged: back on the overview", s.wait("SUSPICIOUS +score") and "203.0.113.66" in s.text(), s.text())
    check("acknowledged: none in the file", open(path).read() == "", open(path).read())
    s.keys("q")


def every_key(checked):
    """Each key of the table on each screen: nothing falls over, Escape comes back."""
    keys = ["Up", "Down", "PPage", "NPage", "Home", "End", "Left", "Right", "Tab", "BTab", "k", "j", "g", "G", "h", "l", "=", "\\",
            "!", "\\", "b", "s", "S", "d", "m", "m", "{", "{", "[", "]", "}", "}", "c", "Down", "Space", "Space", "Escape", "v", "t", "t", "e", "Escape", "a", "a", "x", "\\", "F", "p", "p", "Space", "u", "W", "y", "?", "Escape", "C-l",
            "f", "e", "Enter", "n", "N", ":", "Escape", "/", "Escape", "w", "Escape", "Enter", "e", "Escape", "v", "v", "v", "Escape", "Escape"]
    s = Screen("%s tui --utc -r captures/demo.pcap" % checked, (100, 30))
    s.wait("100 %")
    for screen in "123456789":
        s.keys(screen)
        for key in keys:
            s.keys(key)
            time.sleep(0.03 if key != "Escape" else 0.08)
        s.keys("\\")
        text = s.settle()
        check("every key on screen %s" % screen, "EXIT" not in text, text)
    leave(s, "every key")


def leave(s, name):
    for _ in range(14):
        s.keys("Escape")
        time.sleep(0.05)
    s.keys("q")
    check("%s: leaves with 0" % name, s.wait("EXIT 0"), s.text())
    check("%s: sanitizers" % name, not re.search("runtime error|Sanitizer", s.errors()), s.errors()[-2000:])


def monkey(checked, count, seed):
    """Random keys and sizes; the seed is told, so that what falls over can be made to fall over again."""
    rnd = random.Random(seed)
    print("screens: monkey of %d keys, seed %d" % (count, seed))
    pool = ["Up", "Down", "PPage", "NPage", "Home", "End", "Left", "Right", "Tab", "BTab", "Enter", "Enter", "Escape", "BSpace"]
    pool += list("123456789kjghlbsScvtediFpumyxafnN:=!/?\\ {}[]{}W") + ["C-l"]
    home = tempfile.mkdtemp()
    s = Screen("sh -c 'cd %s && exec %s tui --utc -r %s'" % (home, os.path.abspath(checked), os.path.abspath("captures/demo.pcap")), (100, 30))
    s.wait("100 %")
    sizes = SIZES + [(40, 12), (20, 5), (300, 100), (81, 25)]
    for n in range(0, count, 10):
        tmux("send-keys", *[("Space" if k == " " else k) for k in (rnd.choice(pool) for _ in range(10))])
        if n % 50 == 0:
            w, h = rnd.choice(sizes)
            tmux("resize-window", "-x", str(w), "-y", str(h))
        if n % 100 == 0 and "EXIT" in s.text():
            break
    tmux("resize-window", "-x", "100", "-y", "30")
    check("monkey, seed %d" % seed, "EXIT" not in s.settle(), s.text() + s.errors()[-2000:])
    leave(s, "monkey, seed %d" % seed)


def resize_storm(checked):
    """Sizes change faster than the screen is drawn, on each screen and in a ladder."""
    rnd = random.Random(1)
    s = Screen("%s tui --utc -r captures/demo.pcap" % checked, (100, 30))
    s.wait("100 %")
    for screen in "123456789":
        s.keys(screen, "Enter")
        for _ in range(12):
            tmux("resize-window", "-x", str(rnd.randint(1, 250)), "-y", str(rnd.randint(1, 90)))
    tmux("resize-window", "-x", "100", "-y", "30")
    check("resize storm", s.wait("help"), s.text() + s.errors()[-2000:])
    leave(s, "resize storm")


def saved(program, checked):
    """What is handed over: files of every form, none through a link or over another file; R is the report itself."""
    home = tempfile.mkdtemp()
    capture, full = os.path.abspath("captures/lab/exim-pipelining.pcap"), os.path.abspath(program)
    s = Screen("sh -c 'cd %s && exec %s tui --utc -r %s'" % (home, os.path.abspath(checked), capture), (120, 30))
    s.wait("100 %")

    def save(key, name, answer):
        s.keys(key)
        s.settle()
        s.keys("C-u")
        tmux("send-keys", "-l", name)
        s.keys("Enter")
        check("%s %s" % (key, name), s.wait(answer, 10), s.text())
        return os.path.join(home, name)

    def out(*words):
        return subprocess.run([full, *words, "-q"], capture_output=True, text=True).stdout

    s.keys("2")
    s.settle()
    packets = save("w", "a.pcapng", "packets? saved to a.pcapng")
    check("packets", out("list", "sessions", "-r", packets).splitlines()[1:] == out("list", "sessions", "-r", capture).splitlines()[1:2],
          out("list", "sessions", "-r", packets))
    mail = save("w", "a.eml", "message saved to a.eml")
    sizes = [json.loads(line)["size"] for line in out("log", "-e", "transaction", "-r", capture).splitlines()]
    check("message", os.path.getsize(mail) == sizes[0], "%d, not %s" % (os.path.getsize(mail), sizes))
    check("message: for its owner only", os.stat(mail).st_mode & 0o77 == 0, "")
    save("w", "a.eml", "not saved: a.eml: File exists")
    os.symlink("elsewhere", os.path.join(home, "link.txt"))
    save("w", "link.txt", "not saved")
    check("no link is followed", not os.path.exists(os.path.join(home, "elsewhere")), "")
    save("w", "b.txt", "session saved to b.txt")
    for line in open(save("w", "b.jsonl", "session saved to b.jsonl")):
        json.loads(line)
    save("w", "b.csv", "session saved to b.csv")
    save("w", "none/b.csv", "not saved")
    report = save("R", "r.json", "report of .* saved to r.json")
    check("R is the report", open(report).read() == out("report", "-f", "json", "-r", capture), "differs from report -f json")
    leave(s, "saved")


def typed(s, text):
    tmux("send-keys", "-l", text)
    s.keys("Enter")


def found(program):
    """A text is found in ladders, tables, pages and octets; commands by their names; from a number to the octets and back."""
    s = Screen("%s tui --utc -r captures/demo.pcap" % program, (100, 30))
    s.wait("100 %")

    def cursor():
        return next((line for line in s.settle().split("\n") if line.startswith("\u25b6")), "")

    s.keys("2", "f")
    typed(s, "user_UNKNOWN")
    first = cursor()
    check("found in a table", "user_unknown" in first, s.text())
    s.keys("n")
    second = cursor()
    check("the next", "user_unknown" in second and second != first, s.text())
    s.keys("N")
    check("the one before", cursor() == first, s.text())
    s.keys("Enter")
    reply = cursor()
    check("a ladder begins at what was refused", "550 5.1.1" in reply, s.text())
    beside_replies = re.findall(r"\u25c0.* (250 2.1.5|452 4.2.2|550 5.1.1) .* (\u2713|\u21bb|\u2717) \u2502", s.text())
    check("a verdict beside each reply to RCPT", [sign for _, sign in beside_replies] == ["\u2713", "\u2717", "\u21bb", "\u2713"], s.text())
    s.keys("g", "f")
    typed(s, "550 5.1.1")
    check("found in a ladder", cursor() == reply, s.text())
    s.keys("Enter")
    check("octets of a reply", s.wait("not hidden here") and "server" in cursor(), s.text())
    s.keys("Down")
    octets = cursor()
    check("octets of that reply", "35 35 30 20 35 2e 31 2e  31" in octets and "550 5.1.1" in octets, s.text())
    s.keys("f")
    typed(s, "RCPT TO")
    check("found in octets", "RCPT" in cursor(), s.text())
    s.keys("Escape")
    check("Esc: the place is kept", cursor() == reply, s.text())
    s.keys("f")
    typed(s, "no such text anywhere")
    check("not found, and it is said", s.wait("no row here has that text"), s.text())
    for line, answer in (("screen TLS", r"\[6 TLS\]"), ("screen 5", r"\[5 Domains\]"), ("screen nine", "no such screen"), ("report /dev/null/x.txt", "not saved"),
                         ("where outcome == \"rejected\"", "where outcome"), ("where", "by \\[domain"), ("where x ==", "unknown field"), ("nothing", "no such command"),
                         ("last 3m", "window 09:09:24"), ("until 09:10", "window 09:09:24 - 09:10:00"), ("since 25:00", "no time"), ("all", "by \\[domain"),
                         ("explain greylisted", "greylisted: cause"), ("back", "by \\[domain"), ("group", r"\[server\]"), ("screen Findings", r"\[8 Find"),
                         ("find auth_guessing", "\u25b6.*auth_guessing"), ("quit", "EXIT 0")):
        s.keys(":")
        typed(s, line)
        check(":%s" % line, s.wait(answer, 5), s.text())
    s = Screen("%s tui --utc -r captures/demo.pcap" % program, (80, 24))
    for keys, line in ((["s", "c", "Tab"], "command  screen$"), (["t", "l", "Tab"], "command  screen TLS$"), (["C-u", "w", "h", "Tab", "c", "l", "i", "Tab"], "where client$"),
                       (["C-u", "x", "y", "z"], "no such command")):
        s.keys(*([":"] if keys[0] == "s" else []), *keys)
        check("completed: %s" % line, s.wait("(?m)" + line.replace("$", " *$"), 5), s.text())
    s.keys("C-u")
    for keys, line in (("wh\u65e5\u672c\u00e9", "wh\u65e5\u672c\u00e9"), (["Left", "Left", "x", "Right", "BSpace"], "wh\u65e5x\u00e9")):
        tmux("send-keys", "-l", keys) if isinstance(keys, str) else s.keys(*keys)
        check("typed: %s" % line, s.wait("(?m)command  %s *$" % line, 5), s.text())
    s.keys("Escape", "C-c")
    check("^C leaves", s.wait("EXIT 0"), s.text())


def two_keys(program):
    """From the first screen to what was said, or to what its silence means, with at most two keys: here Enter, and once more."""
    for name in ("demo", "fault-refused", "fault-forbidden", "exim-in-doubt-rst", "exim-data-rst", "exim-auth-cram-fail", "exim-junk-http",
                 "exim-blocked", "postfix-starttls-abort", "exim-mtu-hole", "postfix-mtu-hole", "postfix-data-fin"):
        path = "captures/demo.pcap" if name == "demo" else lab(name)
        said = []
        for line in subprocess.run([program, "log", "-q", "-r", path], capture_output=True, text=True).stdout.splitlines():
            e = json.loads(line)
            if e["event"] in ("failure", "diagnosis", "auth") or (e["event"] == "delivery" and e["outcome"] != "accepted"):
                said += ["%s %s" % (e["code"], e["text"]) if "code" in e else e["text"]] if e.get("text") else []
        s = Screen("%s tui --utc -r %s" % (program, path), (100, 30))
        s.wait("100 %")
        s.settle()
        for key in ("Enter", "Enter"):
            s.keys(key)
            text = " ".join(s.settle().replace("\u2502", " ").split())
            if any(" ".join(x.split())[:40] in text for x in said):
                break
        else:
            check("two keys, %s" % name, False, s.text() + repr(said[:3]))
        check("two keys, %s" % name, True)


def beside(program):
    """Legs of a message, and two dialogues, side by side; packets in the ladder."""
    s = Screen("%s tui --utc -r captures/lab/relay-3hops.pcap" % program, (120, 34))
    s.wait("100 %")
    s.keys("2", "x")
    check("legs", s.wait("3 legs of the message"), s.text())
    check("legs: what ties them", s.text().count("tied by queue id") == 2, s.text())
    s.keys("Escape")
    s.settle()
    s.keys("Space", "Space", "d")
    check("diff", s.wait("2 sessions; ! where they differ"), s.text())
    s.keys("Escape")
    s.settle()
    s.keys("g", "Enter")
    s.settle()
    s.keys("v", "v")
    check("packets in the ladder", s.wait("SYN, ACK  seq 0 ack 1"), s.text())
    s.keys("q")


SEQUENCES = re.compile(r"\x1b(?:\[[?>]?[0-9;]*[ABCDGHIJKLMPSTXZ@bdghlmnrtsu]|[()][0AB]|[=>78M]|\]52;c;[A-Za-z0-9+/=]*(?:\x07|\x1b\\))")
FORBIDDEN = re.compile("[\x00-\x06\x0b\x0c\x10-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def model(data):
    """Reads what the program sent as a terminal does: sequences a screen is drawn with, and text.  Gives what is neither."""
    text = data.decode("utf-8", "surrogateescape")
    rest = SEQUENCES.sub("", text)
    return sorted({repr(c) for c in FORBIDDEN.findall(rest)} | {repr(c) for c in rest if 0xdc80 <= ord(c) <= 0xdcff})


def hostile(program):
    """Octets of strangers in every field: what the program sends to the terminal moves nothing and hides nothing."""
    path = os.path.join(tempfile.mkdtemp(), "hostile.pcap")
    write_hostile(path)
    for size in ((120, 40), (80, 24)):
        s = Screen("%s tui --utc -r %s" % (program, path), size)
        s.wait("100 %")
        raw = os.path.join(s.work, "raw")
        tmux("pipe-pane", "cat >%s" % raw)
        keys = ["2", "Enter"] + ["Down", "i", "Escape"] * 6 + ["v", "v", "v", "Escape", "y", "c", "y", "r", "y", "i", "=", "\\", "3", "b", "b",
                "Enter", "i", "Escape", "Enter", "Escape", "Escape", "4", "b", "b", "b", "5", "b", "6", "7", "Right", "Right", "=", "/", "Left", "Left", "Escape", "\\", "i", "Escape", "Enter", "Escape", "8", "i",
                "Escape", "2", "Space", "d", "Escape", "C-l"]
        for key in keys:
            s.keys(key)
            time.sleep(0.12)
        s.settle()
        tmux("pipe-pane")
        time.sleep(0.2)
        data = open(raw, "rb").read()
        check("hostile: only what draws a screen", not model(data), " ".join(model(data)))
        for bad in (b"\x1b]0;owned", b"\x1b[31mRED", b"\xc2\x9b31m"):
            check("hostile", bad not in data, "%r reached the terminal" % bad)
        check("hostile: shown", b"\\x1B" in data or b"\\x1b" in data, "the escape was not made visible")
        leave(s, "hostile")


def write_hostile(path):
    evil = b"\x1b]0;owned\x07\x1b[31mRED\xc2\x9b31m\xe2\x80\xae\xe2\x81\xa6\x08\x0b"
    login = base64.b64encode(b"\0" + evil + b"\0" + evil)
    turns = [(1, b"220 " + evil + b" ESMTP\r\n"), (0, b"EHLO " + evil + b"\r\n"), (1, b"250-" + evil + b"\r\n250-AUTH PLAIN\r\n250 SIZE\r\n"),
             (0, b"AUTH PLAIN " + login + b"\r\n"), (1, b"535 5.7.8 " + evil + b"\r\n"), (0, evil + b"\r\n"), (1, b"500 " + evil + b"\r\n"),
             (0, b"MAIL FROM:<" + evil + b"@example.org> " + evil + b"=" + evil + b"\r\n"), (1, b"250 " + evil + b"\r\n"),
             (0, b"RCPT TO:<" + evil + b"@example.net>\r\n"), (1, b"550 5.1.1 " + evil + b"\r\n"),
             (0, b"RCPT TO:<b@" + evil + b">\r\n"), (1, b"250 ok\r\n"), (0, b"DATA\r\n"), (1, b"354 " + evil + b"\r\n"),
             (0, b"From: " + evil + b" <" + evil + b"@example.org>\r\nTo: " + evil + b"\r\nSubject: " + evil + b"\r\nMessage-ID: <" + evil
              + b"@x>\r\nDate: " + evil + b"\r\nX-Mailer: " + evil + b"\r\nList-Id: <" + evil + b">\r\nReceived: from " + evil + b" by " + evil
              + b" id " + evil + b"\r\nContent-Type: text/" + evil + b"; name=\"" + evil + b"\"\r\n\r\nhttp://" + evil + b"\r\n.\r\n"),
             (1, b"451 4.3.0 " + evil + b" queued as " + evil + b"\r\n"), (0, b"QUIT\r\n"), (1, b"221 " + evil + b"\r\n")]
    write_dialogue(path, turns)


def write_dialogue(path, turns):
    """A capture of one connection: (1, octets) are the server's."""
    out = [struct.pack("<IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, 65535, 101)]
    seq, now = [1000, 5000], [0]

    def packet(side, flags, data=b""):
        src, dst = ((b"\xc0\x00\x02\x01", 40000), (b"\xc6\x33\x64\x01", 25))[::-1 if side else 1]
        tcp = struct.pack(">HHIIBBHHH", src[1], dst[1], seq[side], seq[1 - side] if flags & 16 else 0, 0x50, flags, 65535, 0, 0) + data
        total = src[0] + dst[0] + struct.pack(">BBH", 0, 6, len(tcp)) + tcp + b"\0" * (len(tcp) % 2)
        s = sum(struct.unpack(">%dH" % (len(total) // 2), total))
        while s >> 16:
            s = (s & 0xffff) + (s >> 16)
        tcp = tcp[:16] + struct.pack(">H", ~s & 0xffff) + tcp[18:]
        ip = struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(tcp), 0, 0, 64, 6, 0) + src[0] + dst[0] + tcp
        out.append(struct.pack("<IIII", 1700000000, now[0], len(ip), len(ip)) + ip)
        now[0] += 1000
        seq[side] += len(data) + (1 if flags & 3 else 0)

    packet(0, 2), packet(1, 18), packet(0, 16)
    for side, data in turns:
        packet(side, 24, data)
        packet(1 - side, 16)
    packet(0, 17), packet(1, 17), packet(0, 16)
    open(path, "wb").write(b"".join(out))


NESTED = b"""From: Eve <eve@example.com>
To: bob@example.net
Subject: nested
Message-ID: <nested@example.org>
Content-Type: multipart/mixed; boundary=a

--a
Content-Type: multipart/alternative; boundary=b

--b

plain
--b
Content-Type: text/html

<p>
--b--
--a
Content-Type: message/rfc822

Subject: inner

inner text
--a
Content-Type: application/zip; name="x.zip"
Content-Transfer-Encoding: base64

UEsD
--a--
""".replace(b"\n", b"\r\n")
TREE = """   multipart/mixed
     1  multipart/alternative
       1.1  text/plain  5 octets  sha256 .*
       1.2  text/html  3 octets  sha256 .*
     2  message/rfc822
       2.1  text/plain  10 octets  sha256 .*
     3  application/zip  "x.zip"  3 octets  base64  sha256 .*
"""


def message(program):
    """A message on a page: header beside envelope, its recipients, the tree of its parts; from there to the ladder and back."""
    words = {}
    for line in subprocess.run([program, "log", "-q", "-e", "message,transaction", "-r", "captures/demo.pcap"], capture_output=True, text=True).stdout.splitlines():
        e = json.loads(line)
        words[e["session"], e["n"]] = "" if e["event"] == "message" else e["outcome"] if (e["session"], e["n"]) in words else None
    for size in ((120, 60), (80, 60)):
        s = Screen("%s tui --utc -r captures/demo.pcap" % program, size)
        s.wait("100 %")
        s.keys("7")
        rows = [line for line in s.settle().split("\n") if re.search("@\\w", line)]
        check("messages: what became of them", sorted(re.findall("(?:accepted|partial|rejected|in_doubt|aborted)", "\n".join(rows))) ==
              sorted(w for w in words.values() if w), s.text())
    path = os.path.join(tempfile.mkdtemp(), "nested.pcap")
    write_dialogue(path, [(1, b"220 mx.example.net ESMTP\r\n"), (0, b"EHLO mail.example.org\r\n"), (1, b"250 mx.example.net\r\n"),
                          (0, b"MAIL FROM:<alice@example.org>\r\n"), (1, b"250 ok\r\n"), (0, b"RCPT TO:<bob@example.net>\r\n"), (1, b"250 ok\r\n"),
                          (0, b"RCPT TO:<carol@example.net>\r\n"), (1, b"250 ok\r\n"), (0, b"DATA\r\n"), (1, b"354 go\r\n"),
                          (0, NESTED + b".\r\n"), (1, b"250 ok queued as 77\r\n"), (0, b"QUIT\r\n"), (1, b"221 bye\r\n")])
    s = Screen("%s tui --utc -r %s" % (program, path), (100, 40))
    s.wait("100 %")
    s.keys("7", "Enter")
    check("message", s.wait("STRUCTURE"), s.text())
    text = s.settle()
    for line in (r"   from  +eve@example.com   Eve", r"   envelope from +alice@example.org   not the address in From",
                 "   \u2713 bob@example.net   accepted", r"   \u2713 carol@example.net   accepted   in no To or Cc \(Bcc, list, alias\)"):
        check("message: %s" % line, re.search("(?m)^%s *$" % line, text), text)
    check("message: the tree of its parts", re.search(TREE, text), text)
    s.keys("i")
    check("message: every field", s.wait("section +1.1"), s.text())
    s.keys("Escape", "Enter")
    check("message: its ladder", s.wait("RCPT TO:<carol@example.net>"), s.text())
    s.keys("Escape")
    check("message: and back", s.wait("STRUCTURE"), s.text())
    leave(s, "message")
    write_dialogue(path, [(1, b"220 mx.example.net ESMTP\r\n"), (0, b"EHLO mail.example.org\r\n"), (1, b"250 mx.example.net\r\n"),
                          (0, b"MAIL FROM:<a@example.com>\r\n"), (1, b"250 ok\r\n"), (0, b"RCPT TO:<bob@example.net>\r\n"), (1, b"250 ok\r\n"),
                          (0, b"DATA\r\n"), (1, b"354 go\r\n"), (0, (attack.DISGUISED % "a@example.com").encode() + b"\r\n"), (1, b"250 ok\r\n")])
    s = Screen("%s tui --utc -r %s" % (program, path), (100, 50))
    s.wait("100 %")
    s.keys("7", "Enter")
    check("message in disguise", s.wait("LINKS IN DISGUISE, 1"), s.text())
    check("message in disguise: its link", s.wait("the first shows www.bank.example and leads to login.example.net"), s.text())
    check("message in disguise: its archive", s.wait('"terms.zip" .* opens with a password only'), s.text())
    leave(s, "message in disguise")


def worker_of(screen):
    """The process that draws this screen, and no other's: the younger of the two, the older one guards it."""
    found = []
    for path in glob.glob("/proc/[0-9]*/environ"):
        try:
            mine = b"XDG_CONFIG_HOME=" + screen.work.encode() in open(path, "rb").read().split(b"\0")
            words = open(path.replace("environ", "cmdline"), "rb").read().split(b"\0")
        except OSError:
            continue
        if mine and b"tui" in words and words[0].endswith(b"smtpscope"):
            found.append(int(path.split("/")[2]))
    return max(found)


def manners(program):
    run = subprocess.run("TERM=dumb %s tui -r captures/demo.pcap" % program, shell=True, capture_output=True, text=True)
    check("TERM=dumb", run.returncode == 2 and "dumb" in run.stderr, run.stderr)
    s = Screen("cat captures/demo.pcap | %s tui -r -" % program, (80, 24))
    check("standard input", s.wait("accepted"), s.text())
    s.keys("2")
    s.settle()
    s.keys("w")
    s.settle()
    s.keys("C-u")
    tmux("send-keys", "-l", "x.pcapng")
    s.keys("Enter")
    check("no packets of a pipe", s.wait("the packets are gone"), s.text())
    check("keys while standard input is the capture", s.wait(r"\[2 Sessions\]"), s.text())
    s.keys("q")
    check("leaves", s.wait("EXIT 0"), s.text())
    s = Screen("sh -c '(cat captures/demo.pcap; sleep 2) | %s tui -r -'" % program, (80, 24))
    check("a pipe that stays open", s.wait("accepted +52"), s.text())
    s.keys("q")
    check("leaves a pipe that stays open", s.wait("EXIT 0"), s.text())
    s = Screen("%s tui -r captures/demo.pcap" % program, (80, 24))
    os.kill(worker_of(s), 20)  # SIGTSTP
    time.sleep(0.5)
    os.kill(worker_of(s), 18)  # SIGCONT
    s.keys("2")
    check("goes on after SIGTSTP and SIGCONT", s.wait(r"\[2 Sessions\]"), s.text())
    s.keys("q")
    s = Screen("%s tui -r captures/demo.pcap" % program, (80, 24))
    os.kill(worker_of(s), 9)
    check("SIGKILL: the terminal is put back", s.wait("EXIT 137"), s.text())


def shell(program):
    """^Z gives the shell back, fg the screen, with place and size; leaving a live capture that is written nowhere is asked about."""
    s = Screen("sh -c 'exec bash --norc -i 2>/dev/tty'", (100, 30), wait="[#$]")
    typed(s, "%s tui --utc -r captures/demo.pcap" % program)
    s.wait("100 %")
    s.keys("2", "Down", "Down")
    before = s.settle()
    s.keys("C-z")
    check("^Z: the shell is back", s.wait("Stopped"), s.text())
    typed(s, "stty -a | tr ';' '\\n' | grep -cw -e '-icanon' -e '-echo'; echo shell is here")
    check("^Z: the terminal is sane", s.wait(r"(?m)^0\s+shell is here"), s.text())
    typed(s, "fg")
    check("fg: the screen is back", s.wait(r"\[2 Sessions\]") and s.settle() == before, s.text())
    s.keys("C-z")
    s.wait("Stopped")
    tmux("resize-window", "-x", "80", "-y", "24")
    typed(s, "fg")
    check("fg: the new size", s.wait(r"(?m)^ 1 Over\[2 Sessions\]"), s.text())
    s.keys("C-c")
    check("^C leaves to the shell", s.wait(r"[#$]\s*$"), s.text())
    if os.geteuid():
        return
    s = Screen("%s tui -i lo" % program, (80, 24), wait="LIVE")
    for key in ("q", "C-c"):
        s.keys(key)
        check("%s asks" % key, s.wait("written nowhere.*q again leaves"), s.text())
        s.keys("x")
        check("another key stays", s.wait("q quit") and "EXIT" not in s.text(), s.text())
    s.keys("q", "q")
    check("q again leaves", s.wait("EXIT 0"), s.text())
    s = Screen("%s tui -i lo -w %s" % (program, os.path.join(tempfile.mkdtemp(), "x.pcapng")), (80, 24), wait="LIVE")
    s.keys("q")
    check("what is written is not asked about", s.wait("EXIT 0"), s.text())


def main():
    seed = int(sys.argv[sys.argv.index("--seed") + 1]) if "--seed" in sys.argv else random.randrange(1 << 30)
    renew = "--renew" in sys.argv
    words = [w for i, w in enumerate(sys.argv[1:]) if not w.startswith("--") and sys.argv[i] != "--seed"]
    program, checked = words[0], words[1] if len(words) > 1 else words[0]
    count = int(words[2]) if len(words) > 2 else 300
    if not shutil.which("tmux"):
        print("screens: no tmux here, not tested")
        return 0
    try:
        if "--monkey" in sys.argv:
            monkey(checked, count, seed)
        else:
            golden(program, renew)
        if not renew and "--monkey" not in sys.argv:
            numbers(program)
            opens(program)
            window(program)
            remembered(checked)
            saved(program, checked)
            found(program)
            two_keys(program)
            beside(program)
            message(program)
            known(program, checked)
            every_key(checked)
            monkey(checked, count, seed)
            resize_storm(checked)
            hostile(checked)
            manners(program)
            shell(program)
    finally:
        tmux("kill-server")
    for w in wrong[:10]:
        print("screens:", w)
    print("screens: %d checks, %d wrong" % (checks, len(wrong)))
    return 1 if wrong else 0


sys.exit(main())
