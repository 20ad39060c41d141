"""abuse_scenes_listed.py - scenes of abuse.py: what servers say when they refuse a machine of ours for a block list, and when they
refuse it for something else."""
from abuse_talk import Scenes, mail, opening, visit

SCENES = Scenes()
scene = SCENES.scene
OURS, THERE = '192.0.2.30', '198.51.100.25'
# Where it is said, and what.
CONNECT, HELO, MAIL, RCPT, END = range(5)
LISTED = (
    (RCPT, '554 5.7.1 Service unavailable; Client host [192.0.2.30] blocked using zen.spamhaus.org; https://www.spamhaus.org/query/ip/192.0.2.30'),
    (RCPT, '554 5.7.1 Service unavailable; Client host [192.0.2.30] blocked using bl.spamcop.net; Blocked - see https://www.spamcop.net/bl.shtml?192.0.2.30'),
    (RCPT, '554 5.7.1 Service unavailable; Client host [192.0.2.30] blocked using b.barracudacentral.org; http://www.barracudanetworks.com/reputation/?pr=1&ip=192.0.2.30'),
    (RCPT, '550 5.7.1 Service unavailable, Client host [192.0.2.30] blocked using Spamhaus. To request removal from this list see https://www.spamhaus.org/query/ip/192.0.2.30 AS(1450)'),
    (RCPT, '550 5.7.1 Service unavailable; client [192.0.2.30] blocked using dnsbl.sorbs.net'),
    (RCPT, '454 4.7.1 Service unavailable; Client host [192.0.2.30] blocked using cbl.abuseat.org; Blocked - see http://www.abuseat.org/lookup.cgi?ip=192.0.2.30'),
    (RCPT, '550 192.0.2.30 is listed at zen.spamhaus.org (127.0.0.4: https://www.spamhaus.org/query/ip/192.0.2.30)'),
    (RCPT, '550-192.0.2.30 is listed in the RBL at\r\n550 xbl.spamhaus.org'),
    (RCPT, '550 Rejected because 192.0.2.30 is in a black list at dnsbl-1.uceprotect.net'),
    (RCPT, '550 "JunkMail rejected - mx.example.org [192.0.2.30]:41822 is in an RBL: https://www.spamhaus.org/query/ip/192.0.2.30"'),
    (RCPT, '550 5.7.1 <p@e.example>... Mail from 192.0.2.30 refused by blackhole site sbl.spamhaus.org'),
    (RCPT, '550 5.7.1 Rejected: 192.0.2.30 listed at bl.spamcop.net'),
    (RCPT, '553 5.3.0 <p@e.example>... Spam blocked see: http://spamcop.net/bl.shtml?192.0.2.30'),
    (RCPT, '550 5.7.1 Mail from 192.0.2.30 refused - see http://www.dnsbl.sorbs.net/'),
    (RCPT, '571 Email from 192.0.2.30 is currently blocked by Verizon Online\'s anti-spam system. 192.0.2.30 found on psbl.surriel.com'),
    (RCPT, '550 Blocked - see https://www.barracudacentral.org/reputation?pr=1&ip=192.0.2.30'),
    (RCPT, '450 4.7.1 Client host rejected: 192.0.2.30 is listed by hostkarma.junkemailfilter.com'),
    (RCPT, '550 5.7.606 Access denied, banned sending IP [192.0.2.30]. To request removal from this list please visit https://sender.office.com/'),
    (MAIL, '550 5.7.1 Unfortunately, messages from [192.0.2.30] weren\'t sent. Please contact your Internet service provider since part of their network '
           'is on our block list (S3150).'),
    (MAIL, '550 SC-001 (BAY004) Unfortunately, messages from 192.0.2.30 weren\'t sent. Part of their network is on our block list.'),
    (MAIL, '553 5.7.2 [TSS09] All messages from 192.0.2.30 will be permanently deferred; Retrying will NOT succeed.'),
    (MAIL, '553 5.7.1 [BL21] Connections will not be accepted from 192.0.2.30, because the ip is in Spamhaus\'s list; see http://postmaster.yahoo.com/550-bl23.html'),
    (MAIL, '554 5.7.1 [P4] Message blocked due to spam content: sender IP 192.0.2.30 is on a blacklist'),
    (MAIL, '550 5.7.1 Your IP 192.0.2.30 is blacklisted by dul.dnsbl.sorbs.net'),
    (MAIL, '554 5.7.1 Your address 192.0.2.30 is listed in truncate.gbudb.net'),
    (MAIL, '550 5.7.1 192.0.2.30 has been blocked by dnsbl.inps.de'),
    (MAIL, '451 4.7.1 192.0.2.30 is in ix.dnsbl.manitu.net, see http://www.dnsbl.manitu.net/lookup.php?value=192.0.2.30'),
    (MAIL, '550 #5.7.1 Your access to submit messages to this e-mail system has been rejected, 192.0.2.30 has a poor reputation (SenderBase).'),
    (HELO, '550 Access denied: 192.0.2.30 is listed in list.dnswl-black.example RBL'),
    (HELO, '554 5.7.1 Rejected: your address 192.0.2.30 was found in the DNS blacklist at all.s5h.net'),
    (HELO, '550 5.7.1 Client 192.0.2.30 blocked using db.wpbl.info'),
    (HELO, '554 Refused. Your IP address 192.0.2.30 is listed in the RBL at cbl.abuseat.org'),
    (CONNECT, '554 5.7.1 Service unavailable; Client host [192.0.2.30] blocked by zen.spamhaus.org'),
    (CONNECT, '554-mx.e.example ESMTP not accepting messages\r\n554 Your access has been denied because 192.0.2.30 is on the block list of bl.spamcop.net'),
    (CONNECT, '554 mx.e.example cmsmtp 192.0.2.30 found on one or more DNSBLs, see http://postmaster.comcast.net/smtp-error-codes.php#BL000001'),
    (CONNECT, '554 5.7.1 192.0.2.30 listed at b.barracudacentral.org'),
    (CONNECT, '521 5.7.1 Service unavailable; client [192.0.2.30] blocked using Spamhaus PBL'),
    (CONNECT, '421 4.7.0 mx.e.example Service not available - too many spam from 192.0.2.30, blocked using bl.mailspike.net'),
    (CONNECT, '550 5.7.1 Blacklisted 192.0.2.30: 192.0.2.30 http://mail-blacklist.example/query?ip=192.0.2.30'),
    (CONNECT, '554 bizsmtp IB105. Connection refused. 192.0.2.30 is listed on the Exploits Block List (XBL) <https://www.spamhaus.org/query/ip/192.0.2.30>'),
    (CONNECT, '554 rejected due to spam: 192.0.2.30 is listed on spamsources.fabel.dk'),
    (CONNECT, '550 192.0.2.30 blocked by csi.cloudmark.com, see https://csi.cloudmark.com/en/reset/?ip=192.0.2.30 - Poor Reputation Sender'),
    (RCPT, '554 5.7.1 Service unavailable; Client host [192.0.2.30] blocked using dnsbl.spfbl.net; https://spfbl.net/en/dnsbl/?query=192.0.2.30'),
    (RCPT, '554 5.7.1 Service unavailable; Client host [192.0.2.30] blocked using dyna.spamrats.com; SPAMRATS IP Addresses See: http://www.spamrats.com/bl?192.0.2.30'),
    (RCPT, '554 5.7.1 Service unavailable; Client host [192.0.2.30] blocked using rbl.interserver.net'),
    (RCPT, '550 5.7.1 This message has been blocked because the sender IP 192.0.2.30 is on the SORBS list'),
    (RCPT, '550 5.7.0 Local Policy Violation - 192.0.2.30 is on the Proofpoint list, Blocked - see https://ipcheck.proofpoint.com/?ip=192.0.2.30'),
    (RCPT, '550 csi.mimecast.org Poor Reputation Sender. - https://community.mimecast.com/docs/DOC-1369#550 [192.0.2.30]'),
    (RCPT, '550 5.7.1 Connection from 192.0.2.30 rejected: blacklisted (combined.njabl.org)'),
    (RCPT, '554 5.7.1 ACL dns_rbl; Client host [192.0.2.30] blocked using combined.mail.abusix.zone'),
    (RCPT, '550 5.2.1 Mailbox unavailable. Your IP address 192.0.2.30 is blacklisted using NIXSPAM. Details: http://www.dnsbl.manitu.net/lookup.php?value=192.0.2.30'),
    (RCPT, '550 ETP208 Your IP 192.0.2.30 is listed by Invaluement. Please see http://www.invaluement.com/lookup/'),
    (RCPT, '550 5.7.1 Recipient address rejected: your host 192.0.2.30 is on a DNSBL (rbl.megarbl.net)'),
    (END, '550 5.7.1 Message rejected: sending IP 192.0.2.30 is listed in zen.spamhaus.org'),
    (END, '554 5.7.1 The sending server 192.0.2.30 is on a Realtime Blackhole List (bl.spamcop.net), message refused'),
    (END, '550 5.7.1 [192.0.2.30      12] Our system has detected that this message is likely unsolicited mail: the IP has a very low reputation of the sending IP address.'),
    (END, '550 spam: 192.0.2.30 found in uribl-free IP list hostkarma.junkemailfilter.com, blocked using HOSTKARMA-BL'),
    (END, '550 Denied by policy: SHXBL - Denied by Spamhaus XBL - See http://www.spamhaus.org/query/bl?ip=192.0.2.30 (Mode: normal)'),
    (END, '550-5.7.1 Mail from 192.0.2.30 was rejected due to listing in Spamhaus SBL.\r\n550 5.7.1 For details please see http://www.spamhaus.org/query/bl?ip=192.0.2.30'),
    (END, '550 5.7.1 Mail rejected, 192.0.2.30 on blacklist ubl.unsubscore.com'),
)
OTHER = (
    (RCPT, '550 5.1.1 <p@e.example>: Recipient address rejected: User unknown in virtual mailbox table'),
    (RCPT, '550 5.1.1 user not listed in public Name & Address Book'),
    (RCPT, '550 5.1.1 Mailbox spamhaus@e.example does not exist'),
    (RCPT, '554 5.7.1 <p@e.example>: Relay access denied'),
    (RCPT, '451 4.7.1 Greylisting in action, please come back later'),
    (RCPT, '450 4.2.0 <p@e.example>: Recipient address rejected: Greylisted, see http://postgrey.schweikert.ch/help/e.example.html'),
    (RCPT, '550 5.7.23 The message was rejected because of Sender Policy Framework violation'),
    (RCPT, '550 5.7.1 <p@e.example>: only members of the list announce@e.example may post'),
    (RCPT, '550 5.2.1 The mailbox is disabled, sender on the blocklist of the recipient'),
    (RCPT, '452 4.2.2 The email account that you tried to reach is over quota'),
    (MAIL, '550 5.7.1 <a@example.org>: Sender address rejected: not listed as a sender of this account'),
    (MAIL, '501 5.1.7 Bad sender address syntax'),
    (END, '550 5.7.1 Message contains a link to bad.example, which is listed in multi.uribl.com'),
    (END, '554 5.7.1 Spam message rejected because of URL listed by dbl.spamhaus.org'),
    (END, '554 5.6.0 Message rejected: attachment of type .exe is on our list of blocked attachments'),
    (END, '550 5.7.26 Unauthenticated email from example.org is not accepted due to domain\'s DMARC policy'),
    (END, '552 5.3.4 Message size exceeds fixed limit'),
    (HELO, '501 5.5.2 HELO is not listed in DNS'),
)


def said(where, reply):
    """Sessions in which a server says it there."""
    address = 'p@e.example'
    if where == CONNECT:
        return ['S: ' + reply, 'C: QUIT', 'S: 221 bye']
    if where == HELO:
        return ['S: 220 mx.e.example ESMTP', 'C: EHLO mx.example.org', 'S: ' + reply, 'C: QUIT', 'S: 221 bye']
    lines = opening('mx.example.org', 'mx.e.example')
    if where == MAIL:
        lines += ['C: MAIL FROM:<a@example.org>', 'S: ' + reply]
    elif where == RCPT:
        lines += mail('a@example.org', (address, reply))
    else:
        lines += mail('a@example.org', address, end=reply)
    return lines + ['C: QUIT', 'S: 221 bye']


def one(where, reply):
    return lambda c: c.session(0, OURS, THERE, said(where, reply))


for row in LISTED:
    scene('listed: ' + row[1][:70], one(*row), 'listed_source high client ' + OURS)
for row in OTHER:
    scene('not listed: ' + row[1][:70], one(*row), silent=['listed_source'])

BOUNCE = '550 5.7.1 Service unavailable; Client host [%s] blocked using zen.spamhaus.org'
scene('listed: look-alike, named in the text of a bounce',
      lambda c: visit(c, 0, OURS, mail('', 'p@e.example', more='X-Reason: %s\r\n' % BOUNCE % OURS), THERE, 'mx.example.org'))
scene('listed: look-alike, a client from outside is refused by us',
      lambda c: visit(c, 0, '203.0.113.5', mail('a@partner.example', ('p@example.org', BOUNCE % '203.0.113.5'))))
