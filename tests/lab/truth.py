"""Reads a server's own log lines into what became of sessions, messages and recipients."""
import json
import re

POSTFIX_REJECT = re.compile(r"postfix\S*/smtpd\[\d+\]: \w+: reject: (\S+) from \S+: (\d{3}) (\S+) .*?"
                            r"(?: to=<([^>]*)>)? proto=")
POSTFIX_QUEUED = re.compile(r"qmgr\[\d+\]: (\w+): from=<(.*?)>, size=(\d+), nrcpt=(\d+)")
POSTFIX_SENT = re.compile(r"/(\w+)\[\d+\]: (\w+): to=<(.*?)>, (?:orig_to=<.*?>, )?relay=(\S+?),.* dsn=(\S+), "
                          r"status=(\w+) \((.*)\)")
POSTFIX_CAME = re.compile(r"smtpd\[\d+\]: (\w+): client=")
POSTFIX_BYE = re.compile(r"(postfix\S*)/smtpd\[\d+\]: disconnect from \S*\[(\S+)\] (.*)")
EXIM_REFUSED = re.compile(r"(temporarily )?rejected (RCPT|MAIL|VRFY|EHLO|connection|after DATA|during DATA)\S*"
                          r"(?: <([^>]*)>)?")
EXIM_PRDR = re.compile(r"PRDR ([^ =]+@\S+) ")
EXIM_QUEUED = re.compile(r"(\S+) <= (\S+) .*P=(\S+) .*?S=(\d+) .*? for (.*)")
EXIM_SENT = re.compile(r"(\S+) (=>|->|\*\*|==) (?::blackhole: )?<?([^ >]+)>? (.*)")
OPENSMTPD_REFUSED = re.compile(r'smtp failed-command command="(.*?)" result="(\d{3}) (?:(\d\.\d+\.\d+):? )?(.*)"')
OPENSMTPD_QUEUED = re.compile(r"smtp message msgid=(\w+) size=(\d+) nrcpt=(\d+)")
OPENSMTPD_SENT = re.compile(r"smtp envelope evpid=(\w+) from=<(.*?)> to=<(.*?)>")


def fate(code):
    return "rejected" if code >= 500 else "tempfailed"


def postfix(lines):
    recipients, sessions, messages, came = [], [], [], set()
    for line in lines:
        if m := POSTFIX_REJECT.search(line):
            stage = {"END-OF-MESSAGE": "EOM"}.get(m[1], m[1])
            recipients.append({"server": "postfix", "stage": stage, "code": int(m[2]), "enhanced": m[3],
                               "rcpt": m[4] if stage in ("RCPT", "VRFY") else None, "outcome": fate(int(m[2]))})
        elif m := POSTFIX_SENT.search(line):
            recipients.append({"server": "postfix", "stage": "delivery", "rcpt": m[3], "relay": m[4],
                               "enhanced": m[5], "outcome": m[6], "qid": m[2], "said": m[7]})
        elif m := POSTFIX_CAME.search(line):
            came.add(m[1])
        elif m := POSTFIX_QUEUED.search(line):
            # An empty `from` is a bounce that Postfix made itself, `<>` one that came in by SMTP.
            sender = m[2] or ("<>" if m[1] in came else "")
            messages.append({"server": "postfix", "qid": m[1], "from": sender, "size_in_queue": int(m[3]),
                             "nrcpt": int(m[4])})
        elif m := POSTFIX_BYE.search(line):
            sessions.append({"server": "postfix", "service": m[1], "client": m[2],
                             "commands": dict(w.split("=", 1) for w in m[3].split() if "=" in w)})
    return recipients, sessions, messages


def exim(lines):
    recipients, messages = [], []
    for line in lines:
        line = re.sub(r"^\S+ \S+ (\[\d+\] )?", "", line)
        if m := EXIM_PRDR.search(line):
            recipients.append({"server": "exim", "stage": "EOM", "rcpt": m[1], "outcome": "rejected"})
        elif m := EXIM_REFUSED.search(line):
            stage = {"after DATA": "EOM", "during DATA": "EOM", "connection": "CONNECT"}.get(m[2], m[2])
            recipients.append({"server": "exim", "stage": stage, "rcpt": m[3],
                               "outcome": "tempfailed" if m[1] else "rejected"})
        elif m := EXIM_QUEUED.match(line):
            messages.append({"server": "exim", "qid": m[1], "from": "" if m[2] == "<>" else m[2], "protocol": m[3],
                             "size_in_queue": int(m[4]), "recipients": m[5].split()})
        elif m := EXIM_SENT.match(line):
            recipients.append({"server": "exim", "stage": "delivery", "rcpt": m[3],
                               "outcome": {"**": "bounced", "==": "deferred"}.get(m[2], "sent"), "qid": m[1],
                               "said": m[4]})
    return recipients, [], messages


def opensmtpd(lines):
    recipients, messages = [], []
    for line in lines:
        if m := OPENSMTPD_REFUSED.search(line):
            stage = m[1].split(" ")[0].rstrip(":").upper()
            address = re.search(r"TO:\s*<(.*?)>", m[1], re.I)
            recipients.append({"server": "opensmtpd", "stage": {".": "EOM", "": "CONNECT"}.get(stage, stage),
                               "rcpt": address[1] if stage == "RCPT" and address else None, "code": int(m[2]),
                               "enhanced": m[3], "outcome": fate(int(m[2]))})
        elif m := OPENSMTPD_QUEUED.search(line):
            messages.append({"server": "opensmtpd", "qid": m[1], "size_in_queue": int(m[2]), "nrcpt": int(m[3])})
        elif m := OPENSMTPD_SENT.search(line):
            recipients.append({"server": "opensmtpd", "stage": "delivery", "rcpt": m[3], "outcome": "sent",
                               "qid": m[1]})
    return recipients, [], messages


def store(path):
    with open(path) as f:
        return [json.loads(line) for line in f]


def of(scenario, version, lines, saw, store_log=None):
    """The truth of one scenario; `saw` is what the client noted.

    A recipient whose verdict the client never saw has stage `unanswered`: the server knows its fate, the wire does
    not.  Over LMTP it is the store that decides, and the server's queue is only its client.
    """
    recipients, sessions, messages = {"postfix": postfix, "exim": exim, "opensmtpd": opensmtpd}[scenario.site](lines)
    if scenario.unseen:
        for r in recipients:
            r["stage"] = "unanswered"
    if store_log:
        recipients, messages = store(store_log), []
    return {"scenario": scenario.name, "description": scenario.about, "software": {scenario.site: version},
            "recipients": recipients, "sessions": sessions, "messages": messages, "client_commands": saw["commands"],
            "client_replies": saw["replies"], "transcript": saw["transcript"], "logs": {scenario.site: lines}}
