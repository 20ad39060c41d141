#!/usr/bin/env python3
"""stubs.py ROLE ADDRESS PORT [LOG] - the small services that a mail server of the lab leans on.

policy   Postfix's access policy protocol: greylists, refuses and dawdles, by sender and recipient
auth     Dovecot's authentication protocol (PLAIN, LOGIN, CRAM-MD5), for one user
lmtp     a mail store that speaks LMTP (RFC 2033); writes a JSON line for each recipient's verdict to LOG
"""
import base64
import hmac
import json
import socketserver
import sys
import time

USER, PASSWORD = "alice", "secret1"
DAWDLE_S = 5
seen = set()


class Lines(socketserver.StreamRequestHandler):
    def lines(self):
        for raw in self.rfile:
            yield raw.decode(errors="replace").rstrip("\r\n")

    def put(self, text):
        self.wfile.write(text.encode())


class Policy(Lines):
    def handle(self):
        ask = {}
        for line in self.lines():
            if line:
                name, _, value = line.partition("=")
                ask[name] = value
                continue
            self.put(f"action={self.verdict(ask)}\n\n")
            ask = {}

    def verdict(self, ask):
        if ask.get("protocol_state") == "END-OF-MESSAGE":
            return self.message_verdict(ask["sender"])
        user = ask["recipient"].split("@")[0]
        key = (ask["client_address"], ask["sender"], ask["recipient"])
        if ask["client_address"] == "203.0.113.77":
            return ("554 5.7.1 Service unavailable; client [203.0.113.77] blocked using bl.example.org; "
                    "https://bl.example.org/query?ip=203.0.113.77")
        if user == "grey" and key not in seen:
            seen.add(key)
            return "451 4.7.1 Greylisted, please try again in 300 seconds"
        if user == "full":
            return "452 4.2.2 Mailbox is full"
        return "DUNNO"

    def message_verdict(self, sender):
        if sender.startswith("slow"):
            time.sleep(DAWDLE_S)
        if sender.startswith("winner"):
            return "554 5.7.1 Message rejected: it looks like spam (score 14.2)"
        return "DUNNO"


class Auth(Lines):
    def handle(self):
        self.put("VERSION\t1\t1\nMECH\tPLAIN\tplaintext\nMECH\tLOGIN\tplaintext\nMECH\tCRAM-MD5\tdictionary\n"
                 "SPID\t1\nCUID\t1\nCOOKIE\t00112233445566778899aabbccddeeff\nDONE\n")
        self.talks = {}
        for line in self.lines():
            word = line.split("\t")
            if word[0] == "AUTH":
                self.begin(word[1], word[2], word[3:])
            elif word[0] == "CONT":
                self.go_on(word[1], base64.b64decode(word[2]))

    def begin(self, n, mechanism, rest):
        first = next((w[5:] for w in rest if w.startswith("resp=")), None)
        challenge = {"LOGIN": b"Username:", "CRAM-MD5": b"<%d.7@mx1.example.net>" % time.time_ns()}
        challenge = challenge.get(mechanism, b"")
        self.talks[n] = [mechanism, challenge]
        if first is not None:
            return self.go_on(n, base64.b64decode(first))
        self.put(f"CONT\t{n}\t{base64.b64encode(challenge).decode()}\n")

    def go_on(self, n, answer):
        mechanism, before = self.talks[n]
        if mechanism == "LOGIN" and before == b"Username:":
            self.talks[n] = [mechanism, answer]
            return self.put(f"CONT\t{n}\t{base64.b64encode(b'Password:').decode()}\n")
        if mechanism == "PLAIN":
            _, user, password = (answer.split(b"\0") + [b"", b""])[:3]
            good = password == PASSWORD.encode()
        elif mechanism == "LOGIN":
            user, good = before, answer == PASSWORD.encode()
        else:
            user, _, digest = answer.partition(b" ")
            good = digest.decode() == hmac.new(PASSWORD.encode(), before, "md5").hexdigest()
        name = user.decode(errors="replace")
        good = good and name == USER
        self.put(f"{'OK' if good else 'FAIL'}\t{n}\tuser={name}\n")


class Lmtp(Lines):
    """Takes mail for everybody but `gone`, refused at RCPT, and `full`, refused after the message."""

    ANSWERS = {"LHLO": "250-store.example.net\r\n250-PIPELINING\r\n250-ENHANCEDSTATUSCODES\r\n250 8BITMIME",
               "MAIL": "250 2.1.0 Sender ok", "RSET": "250 2.0.0 Ok", "NOOP": "250 2.0.0 Ok",
               "DATA": "503 5.5.1 No recipients"}

    def handle(self):
        self.put("220 store.example.net LMTP ready\r\n")
        self.recipients = []
        for line in self.lines():
            verb, _, rest = line.partition(" ")
            verb = verb.upper()
            if verb == "DATA" and self.recipients:
                self.data()
            elif verb == "RCPT":
                self.recipient(rest)
            elif verb == "QUIT":
                return self.put("221 2.0.0 Bye\r\n")
            else:
                self.put(self.ANSWERS.get(verb, "500 5.5.2 Unknown command") + "\r\n")

    def recipient(self, rest):
        address = rest[rest.find("<") + 1:rest.find(">")]
        if address.startswith("gone@"):
            self.put("550 5.1.1 No such mailbox here\r\n")
            return self.log("RCPT", address, 550, "5.1.1", "rejected")
        self.put("250 2.1.5 Recipient ok\r\n")
        self.recipients.append(address)

    def data(self):
        self.put("354 Go on\r\n")
        for line in self.lines():
            if line == ".":
                break
        for address in self.recipients:
            if address.startswith("full@"):
                self.put(f"452 4.2.2 <{address}> Mailbox is full\r\n")
                self.log("EOM", address, 452, "4.2.2", "tempfailed")
            else:
                self.put(f"250 2.0.0 <{address}> Saved\r\n")
                self.log("delivery", address, 250, "2.0.0", "sent")
        self.recipients = []

    def log(self, stage, address, code, enhanced, outcome):
        with open(sys.argv[4], "a") as f:
            f.write(json.dumps({"server": "store", "stage": stage, "rcpt": address, "code": code,
                                "enhanced": enhanced, "outcome": outcome}) + "\n")


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True


def main():
    role = {"policy": Policy, "auth": Auth, "lmtp": Lmtp}[sys.argv[1]]
    Server((sys.argv[2], int(sys.argv[3])), role).serve_forever()


if __name__ == "__main__":
    main()
