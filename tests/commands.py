#!/usr/bin/env python3
"""Runs every command that reports and `find` print, as a shell takes it: commands.py PROGRAM CAPTURE...

Each has to end with 0 and say something.  Besides the captures themselves, one is read under a name that a shell would take
apart and with options that change what is read.  No line but a command may be wider than 80 columns.  Commands of swaks and
openssl speak to a server, so these are only taken apart."""
import html
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile

COMMAND = re.compile(r"^ *((?:smtpscope|swaks|openssl) .*)$")


def output_of(program, *argv):
    done = subprocess.run([program, *argv], stdout=subprocess.PIPE, env={**os.environ, "COLUMNS": "80"})
    if done.returncode:
        sys.exit(f"commands: exit {done.returncode}: {argv}")
    return done.stdout.decode()


def commands_of(text):
    return [found.group(1) for line in text.splitlines() if (found := COMMAND.match(line))]


def commands_of_page(page):
    return [html.unescape(c) for c in re.findall(r"<code>((?:smtpscope|swaks|openssl) [^<]*)</code>", page)]


def check(program, command):
    if command.startswith("swaks "):
        words = shlex.split(command)
        return None if words[1] == "--server" and "--quit-after" in words else "is no command of swaks"
    if command.startswith("openssl "):
        return None if shlex.split(command)[1:3] == ["s_client", "-connect"] else "is no command of openssl"
    path = os.path.dirname(os.path.abspath(program)) + ":" + os.environ["PATH"]
    done = subprocess.run(["bash", "-c", command], stdout=subprocess.PIPE, stderr=subprocess.PIPE, env={**os.environ, "PATH": path})
    if done.returncode:
        return f"exit {done.returncode}: {done.stderr.decode()[:200]}"
    if not done.stdout.strip() or re.search(rb"No session (matches|begins)|^Nothing found", done.stdout):
        return f"finds nothing: {done.stdout.decode()[:200]}"
    return None


def main():
    program, captures = sys.argv[1], sys.argv[2:]
    work = tempfile.mkdtemp()
    odd = os.path.join(work, "it's $HOME; \u00fc \x1b[31m.pcap")
    shutil.copy(captures[0], odd)
    reads = [["-r", c] for c in captures]
    reads += [["-r", odd], ["-r", captures[0], "-r", captures[-1]], ["-r", odd, "--any-port", "-p", "25,2525"],
              ["-r", captures[0], "--privacy", "domain"]]
    failed, seen = 0, {}
    for read in reads:
        page = output_of(program, "report", "-q", *read) + output_of(program, "report", "tls", "-q", *read)
        wide = [line for line in page.splitlines() if len(line) > 80 and not COMMAND.match(line)]
        wide = [line for line in wide if "\\x1b" not in line]  # the name of the capture, one word
        told = commands_of(page)
        every = told + commands_of_page(output_of(program, "report", "-q", "-f", "html", *read))
        every += commands_of(output_of(program, "find", "-q", "example", *read)) if read[1] == captures[0] else []
        for line in wide:
            print(f"FAIL {read}: too wide: {line}")
        if not told:
            print(f"FAIL {read}: no command")
        failed += len(wide) + (not told)
        for command in every:
            if command not in seen:
                seen[command] = check(program, command)
                if seen[command]:
                    print(f"FAIL {command}: {seen[command]}")
                    failed += 1
    shutil.rmtree(work)
    print(f"commands: {len(seen)} run, {failed} failed")
    return failed != 0


sys.exit(main())
