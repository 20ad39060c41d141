#!/usr/bin/env python3
"""How fast the dashboard answers: tests/bench/screens.py PROGRAM CAPTURE

On a terminal of its own (200x60) it reads the capture, then times each key from the key to the first octet that the program
writes for it, on every screen, with and without a filter; counts frames while a key is held, and the processor's share when
nobody does anything.  Prints; asserts nothing: the numbers are of the machine and of what else it does."""
import fcntl
import os
import pty
import select
import signal
import struct
import sys
import tempfile
import termios
import time

STEPS = [("to the sessions", b"2"), ("a row down", b"j" * 20), ("the last row", b"G"), ("the first row", b"g"), ("turn the order", b"SSSS"),
         ("a column right", b"llllll"), ("sort by another column", b"hhhs"), ("only this value", b"="), ("no filter", b"\\"),
         ("zoom in", b"{{{"), ("zoom out", b"}}}"), ("to the overview", b"1"), ("to the failures", b"3"), ("to the senders", b"4"),
         ("to the messages", b"7"), ("to the findings", b"8"), ("to the failures", b"3"), ("open recipients", b"\r"), ("turn the order", b"SS"),
         ("type a filter", b"/code==550"), ("take it", b"\r"), ("to the sessions", b"2"), ("turn the order", b"SS"), ("no filter", b"\\")]
GOAL_MS, GOAL_FRAMES, GOAL_IDLE = 50, 30, 5


def drain(fd, quiet, most=60):
    """Reads until nothing has come for so long; gives the last octets."""
    got, begun, last = b"", time.monotonic(), time.monotonic()
    while time.monotonic() - last < quiet and time.monotonic() - begun < most:
        if select.select([fd], [], [], 0.01)[0]:
            got = (got + os.read(fd, 1 << 16))[-(1 << 18):]
            last = time.monotonic()
    return got


def answer_ms(fd, key):
    drain(fd, 0.05, 5)
    begun = time.perf_counter()
    os.write(fd, key)
    return (time.perf_counter() - begun) * 1000 if select.select([fd], [], [], 1)[0] and begun else None


def while_busy(fd, keys):
    """The slowest answer to keys that come while all sessions are looked at, from the one that asks for it on."""
    os.write(fd, keys[:-1])
    drain(fd, 0.3, 5)
    slowest, key, begun = 0, keys[-1:], time.monotonic()
    while time.monotonic() - begun < 2:
        at = time.perf_counter()
        os.write(fd, key)
        if select.select([fd], [], [], 2)[0]:
            slowest = max(slowest, (time.perf_counter() - at) * 1000)
        key = b"j"
        drain(fd, 0.005, 0.05)
    return slowest


def processor_s(group):
    total = 0
    for name in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open("/proc/%s/stat" % name) as f:
                words = f.read().rsplit(")", 1)[1].split()
        except OSError:
            continue
        if int(words[2]) == group:
            total += int(words[11]) + int(words[12])
    return total / os.sysconf("SC_CLK_TCK")


def main():
    program, capture = sys.argv[1:3]
    pid, fd = pty.fork()
    if pid == 0:
        os.environ.update(TERM="xterm-256color", LC_ALL="C.UTF-8", TZ="UTC", XDG_CONFIG_HOME=tempfile.mkdtemp())
        program, capture = os.path.abspath(program), os.path.abspath(capture)
        os.chdir(tempfile.mkdtemp())
        os.execv(program, [program, "tui", "--utc", "--mem", "2G", "-r", capture])
    fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack("HHHH", 60, 200, 0, 0))
    begun, first = time.monotonic(), None
    while time.monotonic() - begun < 300:
        got = drain(fd, 0.2, 0.5)
        first = first or (time.monotonic() - begun if got else None)
        if b"100 %" in got:
            break
    print("first screen within %.1f s, all read within %.1f s" % (first, time.monotonic() - begun))
    drain(fd, 1.5)
    worst = 0
    for name, keys in STEPS:
        times = sorted(t for t in (answer_ms(fd, bytes([k])) for k in keys) if t is not None)
        if times:
            worst = max(worst, times[-1])
            print("%-24s %3d keys  median %6.1f ms  worst %6.1f ms" % (name, len(times), times[len(times) // 2], times[-1]))
        drain(fd, 1.0)

    for name, keys in (("legs of a message", b"2gx"), ("a report as text", b"R\x15r.txt\r"), ("a report as HTML", b"R\x15r.html\r"),
                       ("a report as JSON", b"R\x15r.json\r")):
        slowest = while_busy(fd, keys)
        worst = max(worst, slowest)
        print("%-24s keys meanwhile        worst %6.1f ms" % (name, slowest))
        drain(fd, 1.0)
    print("worst of all             %6.1f ms (goal %d)" % (worst, GOAL_MS))
    os.write(fd, b"2g")
    drain(fd, 1)
    begun, frames = time.monotonic(), 0
    while time.monotonic() - begun < 2:
        os.write(fd, b"j")
        if select.select([fd], [], [], 1)[0]:
            os.read(fd, 1 << 16)
            frames += 1
    print("scrolling                %6d frames a second (goal %d)" % (frames / 2, GOAL_FRAMES))
    drain(fd, 1)
    before = processor_s(pid)
    time.sleep(5)
    print("idle                     %6.1f %% of a processor (goal below %d)" % ((processor_s(pid) - before) / 5 * 100, GOAL_IDLE))
    os.kill(pid, signal.SIGTERM)
    drain(fd, 0.3, 3) if select.select([fd], [], [], 0.2)[0] else None


if __name__ == "__main__":
    try:
        main()
    except OSError:  # the terminal is closed when the program has left
        pass
