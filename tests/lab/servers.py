"""How each server of the lab is configured and started, inside its own root and network namespace."""
import os
import shutil
import subprocess
import time

from sites import IDLE_S, MESSAGE_LIMIT, SITES, USERS

STORE = "192.0.2.40"
START_S = 20

POSTFIX_MAIN = """\
compatibility_level = 3.6
myhostname = {host}
mydomain = {domain}
myorigin = {domain}
mydestination = {domain}
mynetworks = 127.0.0.0/8
inet_interfaces = all
inet_protocols = ipv4
maillog_file = /var/log/maillog
local_recipient_maps = texthash:/etc/postfix/users
alias_maps =
alias_database =
local_transport = discard:
default_transport = discard:
transport_maps = texthash:/etc/postfix/transport
relay_domains = store.example.net
smtp_dns_support_level = disabled
smtpd_peername_lookup = no
message_size_limit = {limit}
smtpd_hard_error_limit = 12
smtpd_error_sleep_time = 0
smtpd_relay_restrictions = permit_mynetworks, permit_sasl_authenticated, reject_unauth_destination
smtpd_recipient_restrictions = permit_sasl_authenticated, check_policy_service inet:127.0.0.1:10031
smtpd_end_of_data_restrictions = check_policy_service inet:127.0.0.1:10031
smtpd_tls_cert_file = /etc/lab.crt
smtpd_tls_key_file = /etc/lab.key
smtpd_tls_security_level = may
smtpd_sasl_type = dovecot
smtpd_sasl_path = inet:127.0.0.1:10032
smtpd_sasl_security_options = noanonymous
"""
POSTFIX_MASTER = """\
smtp       inet n - n - - smtpd
587        inet n - n - - smtpd -o syslog_name=postfix/submission -o smtpd_sasl_auth_enable=yes
2525       inet n - n - - smtpd -o smtpd_timeout={idle}s
pickup     unix n - n 1 1 pickup
cleanup    unix n - n - 0 cleanup
qmgr       unix n - n 300 1 qmgr
tlsmgr     unix - - n 1000? 1 tlsmgr
rewrite    unix - - n - - trivial-rewrite
bounce     unix - - n - 0 bounce
defer      unix - - n - 0 bounce
trace      unix - - n - 0 bounce
flush      unix n - n 1000? 0 flush
proxymap   unix - - n - - proxymap
showq      unix n - n - - showq
error      unix - - n - - error
retry      unix - - n - - error
discard    unix - - n - - discard
lmtp       unix - - n - - lmtp
anvil      unix - - n - 1 anvil
scache     unix - - n - 1 scache
postlog    unix-dgram n - n - 1 postlogd
"""
EXIM_CONF = """\
primary_hostname = {host}
domainlist local_domains = {domain}
local_interfaces = {address}
daemon_smtp_ports = 25 : 587 : 2525
log_file_path = /var/log/exim4/%slog
log_selector = +pid +received_recipients +smtp_connection +smtp_incomplete_transaction +incoming_port
host_lookup =
rfc1413_query_timeout = 0s
tls_advertise_hosts = *
tls_certificate = /etc/lab.crt
tls_privatekey = /etc/lab.key
message_size_limit = {limit}
smtp_receive_timeout = ${{if eq{{$received_port}}{{2525}}{{{idle}s}}{{5m}}}}
smtp_max_unknown_commands = 12
prdr_enable = true
acl_smtp_connect = acl_connect
acl_smtp_rcpt = acl_rcpt
acl_smtp_data = acl_data
acl_smtp_data_prdr = acl_prdr
acl_smtp_vrfy = accept
acl_smtp_etrn = accept
ignore_bounce_errors_after = 0s

begin acl
acl_connect:
  deny hosts = 203.0.113.77
       message = 5.7.1 203.0.113.77 is listed at bl.example.org
  accept
acl_rcpt:
  accept authenticated = *
  deny !domains = +local_domains
       message = relay not permitted
  defer local_parts = later : grey
        message = 451 4.7.1 Greylisted, please come back in 300 seconds
  defer local_parts = full
        message = 452 4.2.2 Mailbox of $local_part is full
  require verify = recipient
  accept
acl_data:
  deny senders = winner@*
       message = This message scored 14.2 spam points
  warn senders = slow@*
       delay = 5s
  accept
acl_prdr:
  deny local_parts = dave
       message = 5.7.1 dave does not want such mail
  accept

begin routers
local:
  driver = redirect
  domains = +local_domains
  local_parts = {users}
  data = :blackhole:
elsewhere:
  driver = redirect
  domains = !+local_domains
  data = :blackhole:

begin authenticators
plain:
  driver = plaintext
  public_name = PLAIN
  server_condition = ${{if and{{{{eq{{$auth2}}{{alice}}}}{{eq{{$auth3}}{{secret1}}}}}}}}
  server_set_id = $auth2
login:
  driver = plaintext
  public_name = LOGIN
  server_prompts = Username:: : Password::
  server_condition = ${{if and{{{{eq{{$auth1}}{{alice}}}}{{eq{{$auth2}}{{secret1}}}}}}}}
  server_set_id = $auth1
cram:
  driver = cram_md5
  public_name = CRAM-MD5
  server_secret = ${{if eq{{$auth1}}{{alice}}{{secret1}}fail}}
  server_set_id = $auth1
"""
OPENSMTPD_CONF = """\
pki lab cert "/etc/lab.crt"
pki lab key "/etc/lab.key"
table creds {{ "alice" = "{crypt}" }}
table listed {{ 203.0.113.77 }}
smtp max-message-size "{limit}"
filter listed phase connect match src <listed> disconnect "554 5.7.1 listed at bl.example.org"
listen on {address} port 25 tls pki lab hostname {host} filter listed
listen on {address} port 587 tls pki lab auth <creds> hostname {host}
action "take" mda "cat >/dev/null"
match from any for domain "{domain}" action "take"
match auth from any for any action "take"
"""


def in_ns(ns, *argv):
    return ["nsenter", f"--net=/run/netns/{ns}", *argv]


class Server:
    """A mail server that runs while the `with` block does."""

    def __init__(self, work, name):
        self.site, self.root = SITES[name], f"{work}/{name}/root"
        self.here = os.path.dirname(os.path.abspath(__file__))
        self.running = []

    def put(self, path, text, mode=0o644):
        full = self.root + path
        os.makedirs(os.path.dirname(full), exist_ok=True)
        if os.path.islink(full):
            os.unlink(full)
        with open(full, "w") as f:
            f.write(text.format(**self.site._asdict(), users=" : ".join(USERS), limit=MESSAGE_LIMIT, idle=IDLE_S,
                                crypt=getattr(self, "crypt", "")))
        os.chmod(full, mode)

    def user(self, name, number):
        """A user and a group of that name and number; what the machine knows by that name is replaced."""
        for path, line in (("passwd", f"{name}:x:{number}:{number}::/srv:/usr/sbin/nologin\n"),
                           ("group", f"{name}:x:{number}:\n")):
            with open(f"{self.root}/etc/{path}", "r+") as f:
                others = [l for l in f if not l.startswith(name + ":")]
                f.seek(0)
                f.write("".join(others) + line)
                f.truncate()
        return number

    def certificate(self):
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                        "-days", "3650", "-subj", f"/CN={self.site.host}", "-addext",
                        f"subjectAltName=DNS:{self.site.host}", "-keyout", self.root + "/etc/lab.key",
                        "-out", self.root + "/etc/lab.crt"], check=True, stderr=subprocess.DEVNULL)

    def inside(self, *argv):
        return in_ns("srv-" + self.site.name, "chroot", self.root, *argv)

    def start(self, argv, **how):
        self.running.append(subprocess.Popen(argv, stdin=subprocess.DEVNULL, **how))

    def serve(self, *argv, **how):
        """Starts argv in a PID namespace of its own, so that its children end with it."""
        self.start(["unshare", "--pid", "--fork", "--kill-child", "--", *self.inside(*argv)], **how)

    def await_port(self, port):
        listeners = in_ns("srv-" + self.site.name, "ss", "-Hltn", f"sport = :{port}")
        until = time.monotonic() + START_S
        while time.monotonic() < until:
            if subprocess.run(listeners, stdout=subprocess.PIPE).stdout.strip():
                return
            time.sleep(0.1)
        raise RuntimeError(f"{self.site.name} does not listen on port {port}")

    def __enter__(self):
        self.certificate()
        self.put("/etc/resolv.conf", "nameserver 127.0.0.1\n")
        self.prepare()
        self.await_port(25)
        return self

    def __exit__(self, *_):
        for p in self.running:
            p.kill()
        for p in self.running:
            p.wait()

    def log(self):
        with open(self.root + self.log_path, errors="replace") as f:
            return f.read().splitlines()


class Postfix(Server):
    log_path = "/var/log/maillog"

    def prepare(self):
        shutil.rmtree(self.root + "/etc/postfix/dynamicmaps.cf.d", ignore_errors=True)
        for name, number in (("postfix", 60101), ("postdrop", 60102)):
            self.user(name, number)
        self.put("/etc/postfix/main.cf", POSTFIX_MAIN)
        self.put("/etc/postfix/master.cf", POSTFIX_MASTER)
        self.put("/etc/postfix/users", "".join(u + " x\n" for u in USERS))
        self.put("/etc/postfix/transport", f"store.example.net lmtp:inet:[{STORE}]:2525\n")
        self.put("/etc/hosts", f"127.0.0.1 localhost\n{{address}} {{host}}\n{STORE} store.example.net\n")
        self.put(self.log_path, "")
        stubs = self.here + "/stubs.py"
        self.start(in_ns("srv-postfix", "python3", stubs, "policy", "127.0.0.1", "10031"))
        self.start(in_ns("srv-postfix", "python3", stubs, "auth", "127.0.0.1", "10032"))
        self.store_log = self.root + "/../store.jsonl"
        open(self.store_log, "w").close()
        self.start(in_ns("cli-postfix", "python3", stubs, "lmtp", STORE, "2525", self.store_log))
        subprocess.run(self.inside("postfix", "set-permissions", "create-missing"), capture_output=True)
        # The shell stays, because Postfix logs elsewhere when it is process 1.
        self.serve("sh", "-c", "postfix start-fg; exit")

    def hand_in(self, sender, recipients, text):
        subprocess.run(self.inside("sendmail", "-f", sender, *recipients), input=text, check=True)


class Exim(Server):
    log_path = "/var/log/exim4/mainlog"

    def prepare(self):
        owner = self.user("Debian-exim", 60103)
        self.put("/etc/exim4/exim4.conf", EXIM_CONF, 0o640)
        self.put(self.log_path, "")
        os.makedirs(self.root + "/var/spool/exim4", exist_ok=True)
        for path in ("/var/log/exim4", self.log_path, "/var/spool/exim4", "/etc/lab.key"):
            os.chown(self.root + path, owner, owner)
        os.chown(self.root + "/etc/exim4/exim4.conf", 0, owner)      # Exim trusts no configuration of another user
        self.serve("exim4", "-bdf", "-q10m")


class OpenSmtpd(Server):
    log_path = "/var/log/smtpd"

    def prepare(self):
        for number, name in enumerate(("opensmtpd", "opensmtpq", *USERS), 60104):
            self.user(name, number)
        crypt = subprocess.run(["openssl", "passwd", "-6", "secret1"], stdout=subprocess.PIPE, check=True)
        self.crypt = crypt.stdout.decode().strip()
        self.put("/etc/smtpd.conf", OPENSMTPD_CONF)
        self.put("/etc/mailname", "{host}\n")
        os.makedirs(self.root + "/var/lib/opensmtpd/empty", exist_ok=True)
        os.makedirs(self.root + "/run/opensmtpd", exist_ok=True)
        for path in ("/etc/lab.key", "/etc/smtpd.conf"):
            os.chmod(self.root + path, 0o600)
        self.put(self.log_path, "")
        with open(self.root + self.log_path, "a") as log:
            self.serve("smtpd", "-d", stdout=log, stderr=log)


KINDS = {"postfix": Postfix, "exim": Exim, "opensmtpd": OpenSmtpd}
