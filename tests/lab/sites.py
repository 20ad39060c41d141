"""The servers of the lab: who they are and where they answer."""
from collections import namedtuple

Site = namedtuple("Site", "name host domain address package")

SITES = {s.name: s for s in (
    Site("postfix", "mx1.example.net", "example.net", "192.0.2.25", "postfix"),
    Site("exim", "mx2.example.org", "example.org", "192.0.2.26", "exim4-daemon-light"),
    Site("opensmtpd", "mx3.example.com", "example.com", "192.0.2.27", "opensmtpd"),
)}

# Users that every server knows.  What becomes of mail for grey, full and later is each server's configuration.
USERS = ("alice", "bob", "carol", "dave", "grey", "full", "later")
MESSAGE_LIMIT = 60000
IDLE_S = 5                          # how long port 2525 waits for the client's next command
