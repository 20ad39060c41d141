#!/usr/bin/env python3
"""Stories, legs and diagnoses over several sessions, from packets to output: stories.py BUILD

Each scene is a few SMTP sessions, written as a capture; what the program tells of them must be what stands beside it, and
the same with several workers.  Scenes come in threes: the thing itself, one that just misses it, one that looks like it.
"""
import base64
import json
import os
import subprocess
import sys
import tempfile

from packets import Capture

MINUTE, HOUR = 60, 3600
A, A2, S, S2, N = "198.51.100.1", "198.51.100.9", "192.0.2.25", "192.0.2.26", "203.0.113.7"
A6, S6 = "2001:db8::1", "2001:db8:25::25"


def hello(helo, host, extensions):
    return [f"S: 220 {host} ESMTP", f"C: EHLO {helo}", f"S: 250-{host}"] + [f"S: 250-{x}" for x in extensions] + ["S: 250 HELP"]


def talk(mail_from="a@example.org", rcpt="b@example.net", helo="mx.example.org", host="mx.example.net", size=None, rcpt_reply="250 ok",
         message=None, verdict="250 2.0.0 Ok: queued as 4AB12", extensions=("SIZE 1000000", "STARTTLS")):
    """One mail.  `verdict` None: the connection breaks after the message."""
    lines = hello(helo, host, extensions)
    lines += [f"C: MAIL FROM:<{mail_from}>" + (f" SIZE={size}" if size else ""), "S: 250 ok", f"C: RCPT TO:<{rcpt}>", f"S: {rcpt_reply}"]
    if rcpt_reply[0] == "2":
        lines += ["C: DATA", "S: 354 go on"] + [f"C: {x}" for x in (message or mail("<1@example.org>"))] + ["C: ."]
        if verdict is None:
            return lines + ["RST"]
        lines += [f"S: {verdict}"]
    return lines + ["C: QUIT", "S: 221 bye"]


def mail(message_id, received=(), text="Hello"):
    return [f"Received: from {x} by x.example.net with ESMTP id {y}; Sat, 31 Jan 2026 12:00:00 +0000" for x, y in received] + [
        f"Message-ID: {message_id}", "From: <a@example.org>", "Subject: Hello", "", text]


def report(message_id, recipient, action="failed"):
    return ["From: <mailer-daemon@example.net>", "Message-ID: <r@example.net>", "MIME-Version: 1.0",
            'Content-Type: multipart/report; report-type=delivery-status; boundary="b"', "", "--b", "Content-Type: text/plain", "",
            "It could not be delivered.", "--b", "Content-Type: message/delivery-status", "", "Reporting-MTA: dns; mx.example.net", "",
            f"Final-Recipient: rfc822; {recipient}", f"Action: {action}", "Status: 5.2.2", "", "--b", "Content-Type: text/rfc822-headers", "",
            f"Message-ID: {message_id}", "Subject: Hello", "", "--b--"]


def encoded_report(message_id, recipients, status_as="base64", returned_as="quoted-printable"):
    """The same, with its parts encoded as gateways do; RFC 6533 asks for that where addresses are not ASCII.  `recipients`: pairs
    of address and action."""
    status = "Reporting-MTA: dns; mx.example.net\r\n" + "".join(
        f"\r\nFinal-Recipient: rfc822; {address}\r\nAction: {action}\r\nStatus: 5.2.2\r\n" for address, action in recipients)
    returned = f"Message-ID: {message_id}\r\nSubject: Hello\r\n\r\nHello\r\n"
    return ["From: <mailer-daemon@example.net>", "Message-ID: <r@example.net>", "MIME-Version: 1.0",
            'Content-Type: multipart/report; report-type=delivery-status; boundary="b"', "", "--b", "Content-Type: text/plain", "",
            "It could not be delivered.", "--b", "Content-Type: message/delivery-status", f"Content-Transfer-Encoding: {status_as}", "",
            *encoded(status, status_as), "", "--b", "Content-Type: message/rfc822", f"Content-Transfer-Encoding: {returned_as}", "",
            *encoded(returned, returned_as), "", "--b--"]


def encoded(text, way):
    """Lines of 20 characters, so that every field is cut somewhere."""
    if way == "base64":
        whole = base64.b64encode(text.encode()).decode()
        return [whole[i:i + 20] for i in range(0, len(whole), 20)]
    lines = []
    for line in text.replace("@", "=40").replace("<", "=3C").split("\r\n"):
        while len(line) > 20:
            cut = 20 if "=" not in line[18:20] else 18
            lines.append(line[:cut] + "=")
            line = line[cut:]
        lines.append(line)
    return lines


def complaint(message_id, recipient):
    return ["From: <fbl@example.net>", "Message-ID: <f@example.net>", "MIME-Version: 1.0",
            'Content-Type: multipart/report; report-type=feedback-report; boundary="b"', "", "--b", "Content-Type: text/plain", "",
            "Somebody complained.", "--b", "Content-Type: message/feedback-report", "", "Feedback-Type: abuse", "User-Agent: x/1",
            "Version: 1", f"Original-Rcpt-To: {recipient}", "", "--b", "Content-Type: message/rfc822", "",
            f"Message-ID: {message_id}", "Subject: Hello", "", "Hello", "--b--"]


GREY = "450 4.2.0 <b@example.net>: Recipient address rejected: Greylisted"
BUSY = "421 4.7.0 Too many connections from your host"
V6 = "550 5.7.25 The IP address sending this message does not have a PTR record"


def scene_greylist_pass(c):
    c.session(0, A, S, talk(size=900, rcpt_reply=GREY))
    c.session(305, A2, S, talk(size=900))
    return {"greylist_pass": 1}, [dict(attempts=2, outcome="accepted")]


def scene_greylist_other_mail(c):
    c.session(0, A, S, talk(size=900, rcpt_reply=GREY))
    c.session(305, A, S, talk(size=950))
    return {}, []


def scene_mailbox_emptied(c):
    c.session(0, A, S, talk(size=900, rcpt_reply="452 4.2.2 Mailbox full"))
    c.session(305, A, S, talk(size=900))
    return {}, [dict(attempts=2, outcome="accepted", causes=["mailbox_full"])]


def scene_never_retried(c):
    c.session(0, A, S, talk(rcpt_reply=GREY))
    c.session(4 * HOUR + 9, N, S, talk("x@example.com", helo="mx.example.com"))
    return {"greylist_no_retry": 1}, [dict(attempts=1, outcome="deferred")]


def scene_capture_too_short(c):
    c.session(0, A, S, talk(rcpt_reply=GREY))
    c.session(4 * HOUR - 9, N, S, talk("x@example.com", helo="mx.example.com"))
    return {}, []


def scene_in_doubt_again(c):
    c.session(0, A, S, talk(verdict=None))
    c.session(305, A, S, talk())
    return {"duplicate": 1}, [dict(attempts=2, outcome="accepted", confidence="sure")]


def scene_in_doubt_other_mail(c):
    c.session(0, A, S, talk(verdict=None))
    c.session(305, A, S, talk(message=mail("<2@example.org>")))
    return {}, []


def scene_returned(c):
    c.session(0, A, S, talk())
    c.session(5, A, S, talk(message=mail("<2@example.org>", text="Another")))
    c.session(60, S, A, talk("", "a@example.org", "mx.example.net", "mx.example.org", message=report("<1@example.org>", "b@example.net")))
    return {}, [dict(attempts=1, outcome="accepted", returned_status="5.2.2")]


def back(c, at, message):
    c.session(at, S, A, talk("", "a@example.org", "mx.example.net", "mx.example.org", message=message))


def scene_returned_in_base64(c):
    c.session(0, A, S, talk())
    c.session(5, A, S, talk(message=mail("<2@example.org>", text="Another")))
    back(c, 60, encoded_report("<1@example.org>", [("b@example.net", "failed")]))
    return {}, [dict(attempts=1, outcome="accepted", returned_status="5.2.2")]


def scene_returned_in_quoted_printable(c):
    c.session(0, A, S, talk())
    c.session(5, A, S, talk(message=mail("<2@example.org>", text="Another")))
    back(c, 60, encoded_report("<1@example.org>", [("b@example.net", "failed")], "quoted-printable", "base64"))
    return {}, [dict(attempts=1, outcome="accepted", returned_status="5.2.2")]


def scene_returned_for_one_of_two(c):
    c.session(0, A, S, talk())
    c.session(5, A, S, talk(rcpt="c@example.net"))
    back(c, 60, encoded_report("<1@example.org>", [("b@example.net", "delivered"), ("c@example.net", "failed")]))
    return {}, [dict(attempts=1, rcpt_to="c@example.net", outcome="accepted", returned_status="5.2.2")]


def scene_returned_twice(c):
    c.session(0, A, S, talk())
    back(c, 60, encoded_report("<1@example.org>", [("b@example.net", "failed")]))
    back(c, 90, encoded_report("<1@example.org>", [("b@example.net", "failed")]))
    return {"duplicate": 1}, [dict(attempts=1, rcpt_to="b@example.net", outcome="accepted", returned_status="5.2.2"),
                              dict(attempts=2, rcpt_to="a@example.org", outcome="accepted")]


def scene_put_off_then_returned(c):
    c.session(0, A, S, talk(verdict="451 4.3.0 try later"))
    c.session(305, A, S, talk(verdict="451 4.3.0 try later"))
    back(c, 600, report("<1@example.org>", "b@example.net"))
    return {}, [dict(attempts=2, returned_status="5.2.2")]


def scene_returned_to_a_stranger(c):
    c.session(0, A, S, talk())
    c.session(60, S, A, talk("", "x@example.org", "mx.example.net", "mx.example.org", message=report("<1@example.org>", "b@example.net")))
    return {}, []


def scene_complaint(c):
    c.session(0, A, S, talk())
    back(c, 60, complaint("<1@example.org>", "b@example.net"))
    return {}, []


def scene_in_doubt_greylisted_then_taken(c):
    c.session(0, A, S, talk(verdict=None))
    c.session(305, A, S, talk(rcpt_reply=GREY))
    c.session(900, A, S, talk())
    return {"duplicate": 1}, [dict(attempts=3, outcome="accepted", accepted=1)]


def scene_in_doubt_then_taken_by_the_other_mx(c):
    c.session(0, A, S, talk(verdict=None))
    c.session(305, A, S2, talk(host="mx2.example.net"))
    return {"duplicate": 1}, [dict(attempts=2, outcome="accepted", accepted=1)]


def scene_taken_then_copied_to_the_other_mx(c):
    """A relay that hands the same on to two servers of its own makes no duplicate."""
    c.session(0, A, S, talk())
    c.session(305, A, S2, talk(host="mx2.example.net"))
    return {}, []


def beside(kind, *part):
    """A multipart with a text before `part`, whose header field is `kind`."""
    return ["From: <mailer-daemon@example.net>", "Message-ID: <w@example.net>", "MIME-Version: 1.0",
            'Content-Type: multipart/mixed; boundary="w"', "", "--w", "Content-Type: text/plain", "", "External mail.", "--w",
            f"Content-Type: {kind}", "", *part, "--w--"]


def scene_returned_through_a_gateway(c):
    """A gateway puts its own text before what it passes on: the report is still this message's."""
    inner = report("<1@example.org>", "b@example.net")
    c.session(0, A, S, talk())
    back(c, 60, beside('multipart/report; report-type=delivery-status; boundary="b"', *inner[5:]))
    return {}, [dict(attempts=1, outcome="accepted", returned_status="5.2.2")]


def scene_report_inside_another_message(c):
    """Somebody sends a report on: that message is none itself."""
    c.session(0, A, S, talk())
    back(c, 60, beside("message/rfc822", *report("<1@example.org>", "b@example.net")))
    return {}, []


def scene_in_doubt_then_refused(c):
    c.session(0, A, S, talk(verdict=None))
    c.session(305, A, S, talk(verdict="554 5.7.1 spam"))
    return {}, [dict(attempts=2, outcome="rejected")]


def scene_in_doubt_never_again(c):
    c.session(0, A, S, talk(verdict=None))
    c.session(4 * HOUR + 9, N, S, talk("x@example.com", helo="mx.example.com"))
    return {}, []


def scene_greylisted_to_the_end(c):
    c.session(0, A, S, talk(size=900, rcpt_reply=GREY))
    c.session(305, A, S, talk(size=900, rcpt_reply=GREY))
    return {}, [dict(attempts=2, outcome="pending")]


def scene_only_delayed(c):
    c.session(0, A, S, talk())
    c.session(60, S, A, talk("", "a@example.org", "mx.example.net", "mx.example.org",
                             message=report("<1@example.org>", "b@example.net", "delayed")))
    return {}, []


def scene_loop(c):
    for i in range(3):
        hops = [("y.example.org", f"Q{k}") for k in range(2 * i)]
        a, b = (A, S) if i % 2 == 0 else (S, A)
        c.session(10 * i, a, b, talk(message=mail("<1@example.org>", hops), helo="mx.example.org"))
    return {"mail_loop": 1}, []


def scene_three_recipients(c):
    for i in range(3):
        c.session(10 * i, A, S, talk(rcpt=f"b{i}@example.net"))
    return {}, []


def scene_storm(c):
    for i in range(5):
        c.session(60 * i, A, S, [f"S: {BUSY}"])
    return {"retry_storm": 1}, []


def scene_storm_too_slow(c):
    for i in range(5):
        c.session(200 * i, A, S, [f"S: {BUSY}"])
    return {}, []


def scene_v6(c):
    c.session(0, A6, S6, talk(rcpt_reply=V6, size=900))
    c.session(5, A, S, talk(size=900))
    return {"v6_only_failure": 1}, []


def scene_v6_greylisted(c):
    c.session(0, A6, S6, talk(rcpt_reply=GREY, size=900))
    c.session(5, A, S, talk(size=900))
    return {}, [dict(attempts=2)]


def scene_relay(c):
    """Three legs, the last over first: no attempts, no duplicates."""
    c.session(0, A, S, talk(verdict="250 2.0.0 Ok: queued as 9138A1AC2F9", message=mail("<1@example.org>")), port=587)
    c.session(1, S, N, talk(helo="mx.example.net", host="hop.example.com", verdict="250 OK id=1xVbBE-000000006qO-2jiI",
                            message=mail("<1@example.org>", [("mx.example.org", "9138A1AC2F9")])))
    c.session(1.05, N, "203.0.113.99", talk(helo="hop.example.com", host="end.example.com", verdict="250 ok",
                                            message=mail("<1@example.org>", [("mx.example.net", "1xVbBE-000000006qO-2jiI"), ("mx.example.org", "9138A1AC2F9")])), step=0.002)
    return {}, []


MINE = {"greylist_pass", "greylist_no_retry", "greylist_pool", "duplicate", "mail_loop", "retry_storm", "v6_only_failure",
        "keyword_change", "same_source_all"}


def run(program, *words):
    out = subprocess.run([program, *words], stdout=subprocess.PIPE, check=True).stdout
    return out.decode()


def check(program, name, scene, folder):
    capture, path = Capture(), os.path.join(folder, name + ".pcap")
    diagnoses, stories = scene(capture)
    capture.write(path)
    text = run(program, "log", "-q", "-e", "all", "--workers", "1", "-r", path)
    wrong = []
    if text != run(program, "log", "-q", "-e", "all", "--workers", "3", "-r", path):
        wrong.append("three workers tell something else")
    events = [json.loads(line) for line in text.splitlines()]
    told = {}
    for e in events:
        if e["event"] == "diagnosis" and e["diagnosis"] in MINE:
            told[e["diagnosis"]] = told.get(e["diagnosis"], 0) + 1
    if told != diagnoses:
        wrong.append(f"diagnoses {told}, not {diagnoses}")
    got = [e for e in events if e["event"] == "story"]
    if len(got) != len(stories) or any(e.get(k) != v for e, want in zip(got, stories) for k, v in want.items()):
        wrong.append(f"stories {got}, not {stories}")
    if scene is scene_relay:
        page = run(program, "show", "--legs", "-q", "-r", path)
        if "3 legs" not in page or page.count("tied by queue id") != 2:
            wrong.append("legs: " + page)
    return wrong


def main():
    program = os.path.join(sys.argv[1], "smtpscope")
    failed = 0
    scenes = {n[len("scene_"):]: f for n, f in globals().items() if n.startswith("scene_")}
    with tempfile.TemporaryDirectory() as folder:
        for name, scene in scenes.items():
            for line in check(program, name, scene, folder):
                failed += 1
                print(f"stories: {name}: {line}")
    print(f"stories: {len(scenes)} scenes, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
