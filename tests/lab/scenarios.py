"""What the clients of the lab do: one function a scenario, played on the servers that it names.

A scenario gets a client (client.py) that knows its server.  `swaks` scenarios are arguments for swaks instead.
`unseen` tells that the server's log knows a verdict that never reached the client.
"""
import base64
import collections
import fnmatch
import random
import ssl

from sites import MESSAGE_LIMIT, SITES

ALL, TWO = ("postfix", "exim", "opensmtpd"), ("postfix", "exim")
Scenario = collections.namedtuple("Scenario", "name site about play swaks unseen")
SENDER = "sender@client.example"
SHOP = {"source": "198.51.100.20", "name": "out1.shop.example"}
NEWS = {"source": "198.51.100.33", "name": "mta2.news.example"}
BAD = {"source": "203.0.113.66", "name": "win-7f3a"}
LISTED = {"source": "203.0.113.77", "name": "friendly.example"}
MORNING = (
    (SHOP, ("orders@shop.example", "support@shop.example")),
    (NEWS, ("editor@news.example", "weekly@magazine.example", "list-42@lists.example")),
    ({}, ("maria@client.example", "jo@partner.example", "hr@office.example")),
)
table = []


def scenario(name, about, on=ALL, unseen=False):
    def add(play):
        table.extend(Scenario(f"{s}-{name}", s, about, play, None, unseen) for s in on)
        return play
    return add


def swaks(name, about, *args, on=ALL):
    for s in on:
        filled = [a.format(domain=SITES[s].domain, limit=MESSAGE_LIMIT) for a in args]
        table.append(Scenario(f"{s}-{name}", s, about, None, filled, False))


def find(name):
    return next(s for s in table if s.name == name)


def matching(patterns):
    return [s for s in table if not patterns or any(fnmatch.fnmatch(s.name, p) for p in patterns)]


def mail(sender, to, subject, paragraphs=3, attachment=0, ident=None):
    """A message such as programs send; the same arguments give the same octets."""
    dice = random.Random(subject)
    words = "the order meeting invoice report is ready for you and was sent with our thanks please find see".split()
    body = "\r\n\r\n".join("\r\n".join(" ".join(dice.choice(words) for _ in range(11)) for _ in range(5))
                           for _ in range(paragraphs)) + "\r\n"
    head = [f"From: {sender.split('@')[0].title()} <{sender}>", f"To: {', '.join(to)}", f"Subject: {subject}",
            "Date: Mon, 02 Mar 2026 09:00:00 +0000", f"Message-ID: <{ident or dice.getrandbits(48)}@client.example>",
            "MIME-Version: 1.0"]
    if not attachment:
        return "\r\n".join(head + ["Content-Type: text/plain; charset=us-ascii", "", body]).encode()
    coded = base64.encodebytes(dice.randbytes(attachment)).decode().replace("\n", "\r\n")
    return "\r\n".join(head + [
        'Content-Type: multipart/mixed; boundary="part"', "", "--part",
        "Content-Type: text/plain; charset=us-ascii", "", body, "--part",
        'Content-Type: application/pdf; name="invoice.pdf"', "Content-Transfer-Encoding: base64",
        'Content-Disposition: attachment; filename="invoice.pdf"', "", coded + "--part--", ""]).encode()


BOUNCE = (
    "From: Mail Delivery System <MAILER-DAEMON@mta2.news.example>\r\nTo: alice@{domain}\r\n"
    "Subject: Undelivered Mail Returned to Sender\r\nDate: Mon, 02 Mar 2026 09:00:00 +0000\r\n"
    "Message-ID: <bounce.1@mta2.news.example>\r\nAuto-Submitted: auto-replied\r\nMIME-Version: 1.0\r\n"
    'Content-Type: multipart/report; report-type=delivery-status; boundary="b1"\r\n\r\n'
    "--b1\r\nContent-Type: text/plain\r\n\r\nYour message could not be delivered.\r\n\r\n"
    "--b1\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mta2.news.example\r\n"
    "Arrival-Date: Mon, 02 Mar 2026 08:59:00 +0000\r\n\r\nFinal-Recipient: rfc822; nobody@news.example\r\n"
    "Action: failed\r\nStatus: 5.1.1\r\nDiagnostic-Code: smtp; 550 5.1.1 <nobody@news.example>: User unknown\r\n\r\n"
    "--b1\r\nContent-Type: text/rfc822-headers\r\n\r\nFrom: alice@{domain}\r\nTo: nobody@news.example\r\n"
    "Subject: Lunch\r\nMessage-ID: <lunch.1@{domain}>\r\n\r\n--b1--\r\n")


# --- whole transactions

swaks("plain", "one message, one recipient (swaks)", "--to", "alice@{domain}")
swaks("unknown-550", "unknown user (swaks)", "--to", "nosuch@{domain}")
swaks("relay-denied", "a domain that is not the server's (swaks)", "--to", "someone@elsewhere.example")


@scenario("two-mails", "two messages in one session, one with an attachment")
def two_mails(c):
    c.hello(**SHOP)
    for user, subject, octets in (("alice", "Your order 1007", 0), ("bob", "Invoice 1007", 2000)):
        c.mail("orders@shop.example", c.to(user))
        c.message(mail("orders@shop.example", c.to(user), subject, attachment=octets))
    c.quit()


@scenario("morning", "five ordinary mails by three clients, for several sender domains")
def morning(c):
    dice = random.Random(c.domain)
    for n in range(5):
        client, senders = MORNING[n % len(MORNING)]
        sender = dice.choice(senders)
        to = c.to(*dice.sample(("alice", "bob", "carol", "dave"), dice.choice((1, 1, 1, 2, 3))))
        c.hello(**client)
        c.mail(sender, to)
        subject = dice.choice(("Offer", "Minutes", "Question", "Report"))
        c.message(mail(sender, to, f"{subject} {n + 1} for {c.domain}", dice.randint(1, 2),
                       dice.choice((0, 0, 0, 0, 900))))
        c.quit()
        c.wait(dice.uniform(0.5, 3))


@scenario("partial", "four recipients: one unknown, one over quota where the server has quotas")
def partial(c):
    to = c.to("alice", "nosuch", "full", "bob")
    c.hello(**NEWS)
    c.mail("editor@news.example", to)
    c.message(mail("editor@news.example", to, "Weekly news"))
    c.quit()


@scenario("all-rejected", "no recipient left, DATA all the same, then RSET")
def all_rejected(c):
    c.hello()
    c.mail(SENDER, c.to("nosuch", "noone"))
    c.ask("DATA")
    c.ask("RSET")
    c.quit()


@scenario("bounce", "a bounce: null reverse-path, multipart/report")
def bounce(c):
    c.hello(**NEWS)
    c.mail("", c.to("alice"))
    c.message(BOUNCE.format(domain=c.domain).encode())
    c.quit()


@scenario("pipelined", "RFC 2920: MAIL to DATA in one write, a recipient of three rejected; dot and QUIT in one",
          on=TWO)
def pipelined(c):
    to = c.to("alice", "nosuch", "bob")
    c.hello()
    c.write(f"MAIL FROM:<{SENDER}>", *(f"RCPT TO:<{r}>" for r in to), "DATA")
    if c.reply(5)[0] == 354:
        c.body(mail(SENDER, to, "Pipelined"))
        c.write(".", "QUIT")
        c.reply(2)


@scenario("chunked", "CHUNKING: three chunks, the last of no octets; one recipient rejected", on=TWO)
def chunked(c):
    to = c.to("alice", "nosuch")
    text = mail(SENDER, to, "In chunks", attachment=3000)
    c.hello()
    c.mail(SENDER, to)
    c.chunk(text[:2000])
    c.chunk(text[2000:])
    c.chunk(b"", last=True)
    c.quit()


@scenario("bdat-rset", "CHUNKING, given up by RSET after the first chunk", on=TWO)
def bdat_rset(c):
    c.hello()
    c.mail(SENDER, c.to("alice"))
    c.chunk(mail(SENDER, c.to("alice"), "Given up"))
    c.ask("RSET")
    c.quit()


@scenario("prdr", "PRDR: a verdict for each recipient after the message", on=("exim",))
def prdr(c):
    to = c.to("alice", "bob", "dave")
    c.hello()
    c.mail(SENDER, to, " PRDR")
    c.ask("DATA")
    c.body(mail(SENDER, to, "Each for himself"))
    c.write(".")
    while c.replies[-1] != 221 and c.reply()[0] not in (0, 250, 550, 221):
        pass
    c.write("QUIT")
    while c.reply()[0] not in (0, 221):
        pass


# --- refusals

@scenario("greylist-first", "greylisted with 451", on=("postfix",))
def greylist_first(c):
    c.hello(**SHOP)
    c.mail("orders@shop.example", c.to("grey"))
    c.quit()


@scenario("greylist-retry", "the same mail again (after greylist-first): accepted", on=("postfix",))
def greylist_retry(c):
    c.hello(**SHOP)
    if c.mail("orders@shop.example", c.to("grey")) == [250]:
        c.message(mail("orders@shop.example", c.to("grey"), "Your order 1008"))
    c.quit()


@scenario("later-451", "a temporary refusal", on=("exim",))
def later(c):
    c.hello(**SHOP)
    c.mail("orders@shop.example", c.to("later"))
    c.quit()


@scenario("blocked", "a client on a block list")
def blocked(c):
    if c.hello(**LISTED) == 220:
        c.mail("promo@friendly.example", c.to("alice", "bob"))
    c.quit()


@scenario("spam-at-dot", "the message is refused for its content, after the end dot", on=TWO)
def spam_at_dot(c):
    c.hello(**BAD)
    c.mail("winner@prize.example", c.to("alice", "carol"))
    c.message(mail("winner@prize.example", c.to("alice", "carol"), "You have won"))
    c.quit()


@scenario("size-mail", "SIZE= over the limit: refused at MAIL", on=TWO)
def size_mail(c):
    c.hello()
    c.mail(SENDER, c.to("alice"), f" SIZE={MESSAGE_LIMIT * 4}")
    c.quit()


@scenario("size-data", "no SIZE=, the message is over the limit: refused at the end dot")
def size_data(c):
    c.hello()
    c.mail(SENDER, c.to("alice"))
    c.message(mail(SENDER, c.to("alice"), "Large", attachment=MESSAGE_LIMIT))
    c.quit()


@scenario("harvest", "a dictionary of users from one client; Postfix hangs up")
def harvest(c):
    if c.hello(**BAD) != 220 or c.ask("MAIL FROM:<x@win-7f3a.example>")[0] != 250:
        return
    for user in "info sales admin test office contact support john mary web post hr billing jobs news it ceo".split():
        if c.ask(f"RCPT TO:<{user}@{c.domain}>")[0] in (0, 421):
            return c.close("after the server's")
    c.close("without QUIT")


# --- mail that ends in the middle

@scenario("in-doubt-rst", "the message is complete; the client resets while the server works on it", on=TWO,
          unseen=True)
def in_doubt_rst(c):
    c.hello(**SHOP)
    c.mail("slow@shop.example", c.to("carol"))
    c.ask("DATA")
    c.body(mail("slow@shop.example", c.to("carol"), "Order 1009", ident="order1009"))
    c.write(".")
    c.wait(2)
    c.reset("while the server worked on the message")
    c.wait(5)


@scenario("in-doubt-fin", "the client closes in good order instead; Exim notices and throws the message away",
          on=("exim",), unseen=True)
@scenario("late-verdict", "the client closes in good order instead; Postfix says 250 when nobody listens any more",
          on=("postfix",))
def in_doubt_fin(c):
    c.hello(**SHOP)
    c.mail("slow@shop.example", c.to("carol", "bob"))
    c.ask("DATA")
    c.body(mail("slow@shop.example", c.to("carol", "bob"), "Order 1010", ident="order1010"))
    c.write(".")
    c.wait(2)
    c.close("while the server worked on the message")
    c.wait(5)


@scenario("in-doubt-again", "the mail of in-doubt-rst once more: the recipient gets it twice (RFC 1047)", on=TWO)
def in_doubt_again(c):
    c.hello(**SHOP)
    c.mail("slow@shop.example", c.to("carol"))
    c.message(mail("slow@shop.example", c.to("carol"), "Order 1009", ident="order1009"))
    c.quit()


@scenario("data-rst", "the client resets inside the message")
def data_rst(c):
    c.hello(**NEWS)
    c.mail("editor@news.example", c.to("alice", "bob"))
    c.ask("DATA")
    c.body(mail("editor@news.example", c.to("alice", "bob"), "Cut short", attachment=3000)[:3500])
    c.wait(0.3)
    c.reset("inside the message")


@scenario("data-fin", "the client closes inside the message")
def data_fin(c):
    c.hello(**NEWS)
    c.mail("editor@news.example", c.to("alice"))
    c.ask("DATA")
    c.body(mail("editor@news.example", c.to("alice"), "Closed early", attachment=3000)[:2500])
    c.wait(0.3)
    c.close("inside the message")


# --- mail that meets faults of the network: what must be diagnosed

FAULTS = {
    "mtu-hole": {"diagnoses": {"pmtu_blackhole": "error", "lost_in_data": "warn"}, "absent": ["loss", "half_open"]},
    "lossy": {"diagnoses": {"loss": "error"}, "absent": ["pmtu_blackhole", "half_open"]},
    "stopped": {"diagnoses": {}, "absent": ["zero_window", "half_open", "slow_reply"]},
}


def fault_of(scenario):
    """What tests/diagnoses.py wants to see of a scenario; nothing for those without a fault."""
    known = FAULTS.get(scenario.name.partition("-")[2])
    return dict(known, failures=[]) if known else {}


@scenario("mtu-hole", "packets over 1000 octets never reach the server, and nobody says so", on=TWO)
def mtu_hole(c):
    c.rule("tcp dport 25 ip length > 1000 drop")
    c.hello(**SHOP)
    c.mail("orders@shop.example", c.to("carol"))
    c.ask("DATA")
    c.body(mail("orders@shop.example", c.to("carol"), "Order 2001", attachment=9000))
    c.wait(14)
    c.reset("after fourteen seconds without progress")


@scenario("lossy", "every fifth large packet is lost on its way to the server", on=TWO)
def lossy(c):
    c.rule("tcp dport 25 ip length > 500 numgen inc mod 5 == 0 drop")
    c.hello(**SHOP)
    c.mail("orders@shop.example", c.to("carol"))
    c.message(mail("orders@shop.example", c.to("carol"), "Order 2002", attachment=30000))
    c.quit()


@scenario("stopped", "the server's process stands still for eight seconds; its kernel takes in all of the message meanwhile",
          on=("postfix",))
def stopped(c):
    c.hello(**SHOP)
    c.mail("orders@shop.example", c.to("carol"))
    c.ask("DATA")
    c.stop_server(8)
    c.body(mail("orders@shop.example", c.to("carol"), "Order 2003", attachment=40000))
    c.ask(".")
    c.quit()


@scenario("rset", "RSET after RCPT, then another mail that goes through")
def rset(c):
    c.hello()
    c.mail(SENDER, c.to("alice"))
    c.ask("RSET")
    c.mail(SENDER, c.to("bob"))
    c.message(mail(SENDER, c.to("bob"), "Second thoughts"))
    c.quit()


@scenario("quit-after-rcpt", "QUIT after RCPT: a call to see whether the user exists")
def quit_after_rcpt(c):
    c.hello()
    c.mail("", c.to("alice"))
    c.quit()


@scenario("timeout-421", "the client falls silent after RCPT; the server gives up with 421", on=TWO)
def timeout(c):
    c.hello(port=2525)
    c.mail(SENDER, c.to("alice"))
    c.reply()
    c.close("after the server's 421")


@scenario("pregreet", "a client that speaks before it is greeted", on=TWO)
def pregreet(c):
    c.connect(source=BAD["source"])
    c.write("HELO win-7f3a")
    if c.reply(2)[0] == 250:
        c.quit()


# --- other commands, AUTH, TLS

@scenario("vrfy-etrn", "VRFY, EXPN, HELP, NOOP, ETRN, and a verb that nobody knows")
def vrfy(c):
    c.hello()
    for line in (f"VRFY alice@{c.domain}", f"VRFY nosuch@{c.domain}", "EXPN staff", "HELP", "NOOP",
                 f"ETRN {c.domain}", "XYZZY"):
        c.ask(line)
    c.quit()


def with_auth(mechanism):
    def play(c):
        c.hello(port=587)
        if getattr(c, "auth_" + mechanism)("alice", "secret1") == 235:
            c.mail(f"alice@{c.domain}", ["friend@elsewhere.example"])
            c.message(mail(f"alice@{c.domain}", ["friend@elsewhere.example"], f"By {mechanism}"))
        c.quit()
    return play


for word in ("plain", "login", "cram"):
    scenario(f"submit-{word}", f"AUTH {word} on 587 in the clear, mail to another domain", on=TWO)(with_auth(word))


@scenario("auth-guess", "one client guesses passwords: PLAIN, LOGIN, CRAM-MD5, one given up with *", on=TWO)
def auth_guess(c):
    for user in ("alice", "admin"):
        c.hello(port=587, **BAD)
        if c.auth_plain(user, "123456") and c.auth_login(user, "letmein") and c.auth_cram(user, "qwerty"):
            if c.ask("AUTH LOGIN")[0] == 334:
                c.ask("*")
        c.quit()


def encrypted_mail(c, version):
    c.hello(**NEWS)
    if not c.starttls(version):
        return
    c.ask(f"EHLO {NEWS['name']}")
    c.mail("editor@news.example", c.to("alice", "nosuch"))
    c.message(mail("editor@news.example", c.to("alice"), "Under cover"))
    c.quit()


@scenario("tls13", "STARTTLS, TLS 1.3, key log beside", on=TWO)
def tls13(c):
    encrypted_mail(c, ssl.TLSVersion.TLSv1_3)


@scenario("tls12", "STARTTLS, TLS 1.2, key log beside", on=TWO)
@scenario("tls-server-fails", "STARTTLS; this build cannot sign: alert internal_error", on=("opensmtpd",))
def tls12(c):
    encrypted_mail(c, ssl.TLSVersion.TLSv1_2)


@scenario("tls-distrust", "STARTTLS, and the client does not trust the certificate", on=TWO)
def tls_distrust(c):
    c.hello()
    c.starttls(verify=True)


@scenario("tls-auth", "submission as it should be: STARTTLS, AUTH PLAIN inside, key log beside", on=TWO)
def tls_auth(c):
    c.hello(port=587)
    if not c.starttls():
        return
    c.ask("EHLO cli.client.example")
    if c.auth_plain("alice", "secret1") == 235:
        c.mail(f"alice@{c.domain}", ["friend@elsewhere.example"])
        c.message(mail(f"alice@{c.domain}", ["friend@elsewhere.example"], "In confidence"))
    c.quit()


# --- LMTP: the server is the client here; run.py hands it a message by its sendmail command

table.append(Scenario("postfix-lmtp", "postfix", "Postfix hands one message to a mail store by LMTP: two recipients "
                      "take it, one is refused at RCPT, one after the message", None, None, False))
LMTP_TO = ("alice@store.example.net", "gone@store.example.net", "full@store.example.net", "bob@store.example.net")
