"""A Postfix of one's own: configuration, queue and log in a directory that goes away; the host's is not touched.

It takes mail for example.net on the loopback and throws it away.  Whoever needs more adds lines of his own; in both
configurations {work} is that directory.
"""
import os, shutil, subprocess

MAIN = """compatibility_level = 3.6
queue_directory = {work}/spool
data_directory = {work}/data
maillog_file = {work}/log
maillog_file_prefixes = {work}
myhostname = mx.example.net
mydestination = example.net
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
alias_maps =
local_recipient_maps =
local_transport = discard:
default_transport = discard:
"""
MASTER = """smtp inet n - n - - smtpd
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
anvil unix - - n - 1 anvil
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
postlog unix-dgram n - n - 1 postlogd
"""


class Postfix:
    def __init__(self, work, main="", master=""):
        self.work, self.config = work, os.path.join(work, "etc")
        for name in ("etc", "spool", "data"):
            os.mkdir(os.path.join(work, name))
        for name, text in (("main.cf", MAIN + main), ("master.cf", MASTER + master)):
            with open(os.path.join(self.config, name), "w") as f:
                f.write(text.format(work=work))
        shutil.chown(os.path.join(work, "data"), "postfix")

    def start(self):
        """What it says on standard error, when it cannot be started."""
        return subprocess.run(["postfix", "-c", self.config, "start"], capture_output=True, text=True, timeout=60).stderr

    def log(self):
        try:
            with open(os.path.join(self.work, "log")) as f:
                return f.read()
        except OSError:
            return ""

    def stop(self):
        subprocess.run(["postfix", "-c", self.config, "stop"], capture_output=True, timeout=60)
