#!/usr/bin/env python3
"""Messages that Python's email package writes and reads, against what our reader finds: mail.py BUILD COUNT [SEED]

Header fields, addresses, types, names, sizes, digests and places of parts must agree.  Prints "N messages, M differ"; exit status 1 when one does.
"""
import email
import hashlib
import os
import random
import subprocess
import sys
import tempfile
from email import policy
from email.headerregistry import Address
from email.message import EmailMessage

WORDS = "alpha beta Grüße été 日本語 — x.y .dot From -- --=_ a=b tab\there Привет =20 €5 end".split(" ")
PLAIN = ["", "Alice", "Bob the 2nd"]  # in lists: the package loses commas where it folds behind encoded words
NAMES = PLAIN + ["Zoë Müller", "名前", "Doe, Jane"]
FILES = ["a.bin", "a b.pdf", "über.pdf", "日本語 ファイル名前がとても長い名前です.doc", "x;y.txt", 'q"uote.txt', "very" * 30 + ".long"]


def text(dice, n):
    return " ".join(dice.choice(WORDS) for _ in range(n))


def body(dice):
    lines = (text(dice, dice.randrange(25)) for _ in range(dice.randrange(12)))
    return "\n".join(lines) + dice.choice(["", "\n", "\n\n"])


def address(dice, names, i):
    return Address(dice.choice(names), f"user{i}.{dice.randrange(99)}", dice.choice(["example.org", "mail.example.net"]))


def write(dice, depth=0):
    m = EmailMessage(policy=policy.SMTP.clone(max_line_length=dice.choice([78, 200, 998])))
    m.set_content(body(dice), cte=dice.choice(["quoted-printable", "base64"]), subtype=dice.choice(["plain", "html"]))
    if dice.random() < .3:
        m.add_alternative("<p>" + body(dice) + "</p>", subtype="html")
    for _ in range(dice.choice([0, 0, 1, 2, 3])):
        data = dice.randbytes(dice.choice([0, 1, 2, 3, 57, 58, 1000, 5000]))
        m.add_attachment(data, maintype="application", subtype=dice.choice(["octet-stream", "pdf"]), filename=dice.choice(FILES))
    if depth < 2 and dice.random() < .25:
        m.add_attachment(write(dice, depth + 1))
    m["Subject"] = text(dice, dice.randrange(1, 14))
    m["From"] = address(dice, NAMES, 0)
    m["To"] = [address(dice, PLAIN, i) for i in range(dice.choice([1, 1, 2, 5]))]
    m["Message-ID"] = f"<{dice.getrandbits(60):x}@example.org>"
    return m


def parts(m, section="", within=""):
    """Lines of each part that is no multipart, with its section (RFC 3501 6.4.5); of a message within, its parts follow it."""
    kind = m.get_content_type()
    place = [("section", section or "1"), ("within", within)]
    if not m.is_multipart():
        data = m.get_payload(decode=True)
        return [("type", kind), ("name", m.get_filename() or ""), ("size", str(len(data))),
                ("sha256", hashlib.sha256(data).hexdigest())] + place
    if kind == "message/rfc822":
        inner = m.get_payload(0)
        return ([("type", kind), ("name", m.get_filename() or ""), ("sha256", "")] + place +
                parts(inner, section if inner.is_multipart() else section + ".1", within))
    lines = []
    for i, part in enumerate(m.get_payload(), 1):
        lines += parts(part, f"{section}.{i}".lstrip("."), kind)
    return lines


def expected(raw):
    m = email.message_from_bytes(raw, policy=policy.default)
    sender = m["From"].addresses[0]
    lines = [("message_id", m["Message-ID"]), ("subject", m["Subject"]), ("from", sender.addr_spec), ("from_name", sender.display_name)]
    return lines + [("to", a.addr_spec) for a in m["To"].addresses] + parts(m)


def found(build, files):
    tool = os.path.join(build, "oracle", "mail")
    subprocess.run([os.environ.get("MAKE", "make"), "--no-print-directory", "-s", f"BUILD={build}", tool], check=True)
    out = subprocess.run([tool] + files, stdout=subprocess.PIPE, check=True).stdout
    of_file = {}
    for line in out.decode("utf-8", "replace").split("\n")[:-1]:
        key, value = line.split("\t", 1)
        if key == "file":
            lines = of_file.setdefault(value, [])
        else:
            lines.append((key, value))
    return of_file


def main():
    build, count = sys.argv[1], int(sys.argv[2])
    dice = random.Random(int(sys.argv[3]) if len(sys.argv) > 3 else 1)
    differ = 0
    with tempfile.TemporaryDirectory() as folder:
        files = [os.path.join(folder, f"{i}.eml") for i in range(count)]
        for name in files:
            with open(name, "wb") as f:
                f.write(write(dice).as_bytes())
        ours = found(build, files)
        for name in files:
            with open(name, "rb") as f:
                wanted = expected(f.read())
            if ours[name] != wanted:
                differ += 1
                print("differ:", os.path.basename(name), [pair for pair in zip(ours[name], wanted) if pair[0] != pair[1]][:1])
    print(f"{count} messages, {differ} differ")
    return differ != 0


if __name__ == "__main__":
    sys.exit(main())
