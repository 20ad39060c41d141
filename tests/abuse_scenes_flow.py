"""abuse_scenes_flow.py - scenes of abuse.py: masses of mail, mail that goes round, comes from machines that send none, or that nobody
tries again."""
import random

from abuse_talk import DAY, HOME, HOUR, MX, UNKNOWN, Scenes, mail, visit
from handshake import client_end, client_hello, record, server_end, server_flight
from packets import ACK, CLIENT, PSH, SERVER, Talk

SCENES = Scenes()
scene = SCENES.scene
THERE = '198.51.100.25'


# ---- our own mail is refused ----
POLICY, REPUTATION, CONTENT = '550 5.7.1 refused by local policy', '550 5.7.1 poor reputation', '554 5.7.1 message looks like spam'


def refused(n, of, reply=UNKNOWN, over=3400, client='192.0.2.30', sender='list@example.org'):
    def play(c):
        dice = random.Random(n)
        for i in range(of):
            bad = i * n // of != (i + 1) * n // of
            visit(c, i * over / of + dice.random() * 3, client,
                  mail(sender, ('p%d@d%d.example' % (dice.randrange(60), 1), reply if bad else '250 ok'), octets=dice.randrange(9000)),
                  THERE, 'out.example.org')
    return play


OUT = 'outbound_failures medium client 192.0.2.30', 'outbound_failures medium domain example.org'
scene('refused: a hundred of four hundred', refused(100, 400), *OUT)
scene('refused: all hundred', refused(100, 100), *OUT, 'recipient_harvest medium client 192.0.2.30')
for name, reply in ('policy', POLICY), ('content', CONTENT), ('reputation', REPUTATION), ('unknown user', UNKNOWN):
    scene('refused: told by class, ' + name, refused(120, 400, reply), *[x + ' : ' + name for x in OUT], '?listed_source high client 192.0.2.30')
scene('refused: near miss, 99', refused(99, 400))
scene('refused: near miss, a fifth', refused(100, 500))
scene('refused: near miss, 180 in two hours', refused(180, 600, over=7200))
scene('refused: look-alike, put off', refused(150, 400, '451 4.7.1 greylisted, try again later'))
scene('refused: look-alike, a machine from outside', refused(150, 400, client='203.0.113.30', sender='list@partner.example'))


# ---- snow shoes ----
def shoes(addresses, mails, domains, over, helo='h%d.example', net='203.0.113.%d', before=0):
    """Each of `addresses` sends `mails`; `domains` in all."""
    def play(c):
        if before:
            visit(c, 0, net % 250, mail('a@d0.example', 'info@example.org'), helo='h250.example')
        dice, n = random.Random(addresses), addresses * mails
        for i in range(n):
            who = i % addresses
            domain = (who if domains <= addresses else i) * domains // addresses % domains
            visit(c, before + i * over / n, net % (who + 1), mail('n%d@d%d.example' % (i, domain), 'p%d@example.org' % dice.randrange(900)),
                  helo=helo % who if '%' in helo else helo)
    return play


SHOE = 'snowshoe medium network 203.0.113.0/24'
scene('snowshoe: thirty by ten', shoes(30, 10, 30, 20 * HOUR), SHOE)
scene('snowshoe: eight addresses', shoes(8, 4, 8, 20 * HOUR), SHOE)
scene('snowshoe: near miss, seven addresses', shoes(7, 4, 8, 20 * HOUR))
scene('snowshoe: near miss, seven domains', shoes(8, 4, 7, 20 * HOUR))
scene('snowshoe: near miss, a third as many domains as addresses', shoes(30, 4, 10, 20 * HOUR))
scene('snowshoe: look-alike, a provider with two hundred addresses', shoes(200, 3, 150, 20 * HOUR, 'out%d.mail.example.net'))
scene('snowshoe: near miss, a known network', shoes(30, 4, 30, 20 * HOUR, before=50 * HOUR))
scene('snowshoe: an IPv6 network', shoes(30, 4, 30, 20 * HOUR, net='2001:db8:77:1::%d'), 'snowshoe medium network 2001:db8:77::/48')
scene('snowshoe: /64s of a /48', shoes(30, 4, 30, 20 * HOUR, net='2001:db8:77:%d::1'), 'snowshoe medium network 2001:db8:77::/48')


# ---- bounces ----
def bounces(n, others, over=590, to='p%d@example.org', per=1, probe=False):
    def play(c):
        for i in range(n):
            who = '203.0.%d.%d' % (113 + i % 4, i // 4 % 200 + 1)
            rcpts = [to % (i * per + k) if '%' in to else to for k in range(per)]
            lines = mail('', *rcpts)
            visit(c, i * over / n, who, lines[:-4] + ['C: RSET', 'S: 250 ok'] if probe else lines, helo='mx%d.example' % i)
        for i in range(others):
            k = i % 20
            visit(c, i * over / others + 0.3, '198.51.%d.1' % (k + 1), mail('a@d%d.example' % k, 'q%d@example.org' % i), helo='out%d.example' % k)
    return play


scene('bounces: fifty', bounces(50, 30), 'null_sender_flood medium server 192.0.2.25:25')
scene('bounces: near miss, 49', bounces(49, 10))
scene('bounces: near miss, fewer than six in ten', bounces(60, 41))
scene('bounces: near miss, ninety in half an hour', bounces(90, 10, 1800))
scene('bounces: twenty to one', bounces(20, 30, to='victim@example.org'), 'null_sender_flood medium recipient victim@example.org')
scene('bounces: near miss, 19 to one', bounces(19, 30, to='victim@example.org'))
scene('bounces: look-alike, callouts', bounces(80, 10, probe=True))
scene('bounces: look-alike, callouts for one', bounces(40, 10, to='victim@example.org', probe=True))
scene('bounces: one for two', bounces(1, 5, per=2), 'null_sender_flood low client 203.0.113.1')


# ---- bombs ----
def bomb(mails, domains, over, to='victim@example.org', before=0, usual=0):
    def play(c):
        for day in range(before):
            for i in range(usual):
                visit(c, day * DAY + i * 500 / usual, '198.51.100.9', mail('m%d@d%d.example' % (i, i % domains), to), helo='out.example')
        for i in range(mails):
            n = i % domains
            visit(c, before * DAY + i * over / mails, '198.51.%d.1' % (n + 101), mail('n@s%d.example' % n, to), helo='mx%d.example' % n)
    return play


VICTIM = 'mail_bomb high recipient victim@example.org'
scene('bomb: 150 subscriptions', bomb(150, 60, 500), VICTIM)
scene('bomb: a hundred mails of twenty domains', bomb(100, 20, 500), VICTIM)
scene('bomb: over IPv6', lambda c: [visit(c, i * 4, '2001:db8:%x::1' % (i % 30 + 256), mail('n@s%d.example' % (i % 30), 'victim@example.org'),
                                       helo='mx%d.example' % (i % 30)) for i in range(140)], VICTIM)
scene('bomb: near miss, 99 mails', bomb(99, 20, 500))
scene('bomb: near miss, 19 domains', bomb(100, 19, 500))
scene('bomb: near miss, 150 in half an hour', bomb(150, 60, 1800))
scene('bomb: sixty of one sender', bomb(60, 1, 3400), VICTIM)
scene('bomb: fifty of one sender', bomb(50, 1, 3400), VICTIM)
scene('bomb: near miss, 49 of one sender', bomb(49, 1, 3400))
scene('bomb: near miss, 80 of one sender in two hours', bomb(80, 1, 7200))
scene('bomb: look-alike, a mailbox for abuse reports', bomb(120, 30, 500, 'abuse@example.org', 9, 60))


# ---- nobody tries again ----
GREY = '451 4.7.1 greylisted, try again later'


def deferred(n, again=None, other='203.0.113.44', late=6 * HOUR, taken=None, client='203.0.113.40', lossy=False):
    """`again`: seconds until they are tried from `other`."""
    def play(c):
        for i in range(n):
            pair = 's%d@d%d.example' % (i, i), 'p%d@example.org' % i
            visit(c, i * 60, client, mail(pair[0], (pair[1], GREY)), helo='mx.example')
            if again:
                visit(c, i * 60 + again, other, mail(*pair), helo='mx.example')
        if taken:
            visit(c, taken, client, mail('other@some.example', 'p1@example.org'), helo='mx.example')
        for i in range(12):  # time goes on
            visit(c, 1000 + late * i / 11, '198.51.100.60', mail('a@b.example', 'p@example.org'), helo='out.example')
    return play


scene('no retry: five', deferred(5), 'no_retry low client 203.0.113.40')
scene('no retry: eight', deferred(8), 'no_retry low client 203.0.113.40')
scene('no retry: near miss, four', deferred(4))
scene('no retry: look-alike, after half an hour', deferred(8, 1800, '203.0.113.40'))
scene('no retry: look-alike, from another /24', deferred(8, 1800, '203.0.99.40'))
scene('no retry: near miss, one is accepted', deferred(8, taken=900))
scene('no retry: near miss, only three hours', deferred(8, late=3 * HOUR))
scene('no retry: over IPv6', deferred(5, client='2001:db8:40::1'), 'no_retry low client 2001:db8:40::1')


# ---- machines that should send no mail ----
def direct(servers, over=500, client='192.0.2.66', reply='250 ok'):
    def play(c):
        for i in range(servers):
            visit(c, i * over / max(1, servers - 1), client, mail('x@d.example', ('p@e%d.example' % i, reply)), '198.51.%d.25' % (i + 100), 'pc66')
    return play


ROGUE = 'rogue_mta high client 192.0.2.66'
scene('rogue: five servers', direct(5), ROGUE)
scene('rogue: three servers', direct(3), ROGUE)
scene('rogue: near miss, two servers', direct(2))
scene('rogue: near miss, three servers in half an hour', direct(3, 1800))
scene('rogue: refused once, for a list', direct(1, reply='550 5.7.1 Client host [192.0.2.66] blocked using zen.spamhaus.org'),
      'listed_source high client 192.0.2.66')
scene('rogue: over IPv6', lambda c: [visit(c, i * 90, '2001:db8:25::66', mail('x@d.example', 'p@e%d.example' % i),
                                           '2001:db8:%d::25' % (i + 900), 'pc66') for i in range(4)],
      'rogue_mta high client 2001:db8:25::66')


def relay(c):
    visit(c, 0, '203.0.113.1', mail('a@b.example', 'p@example.org'), '192.0.2.66')
    for i in range(9):
        visit(c, 60 + i, '192.0.2.66', mail('a@example.org', 'p@e%d.example' % i), '198.51.%d.25' % (i + 100), 'mx.example.org')


def printer(c):
    for i in range(9):
        visit(c, i * 50, '192.0.2.66', mail('scan@example.org', 'p%d@example.org' % i, octets=300 * (i * i % 7)), THERE, 'printer')


scene('rogue: look-alike, the relay', relay)
scene('rogue: look-alike, a named peer', direct(5), options=HOME + ('--peers', '192.0.2.66'))
scene('rogue: look-alike, from outside', direct(5, client='203.0.113.66'))
scene('rogue: look-alike, a printer with one relay', printer)


# ---- leaks ----
def keylogger(mails, pace=600, jitter=0, spread=0, server=THERE, before=False, rcpt='drop@mail.example'):
    def play(c):
        dice = random.Random(mails)
        if before:
            for i in range(5):
                visit(c, i * 3001, '192.0.2.70', mail('a@example.org', 'f%d@friends.example' % i, octets=900 * i), server, 'pc70.example.org', 25)
        start = 10 * DAY if before else 0
        for i in range(mails):
            at, octets = start + (i + dice.uniform(-jitter, jitter)) * pace, 4000 + int(dice.uniform(-1, 1) * spread)
            visit(c, at, '192.0.2.70', mail('a@mail.example', rcpt, octets=octets), server, 'pc70.example.org', 587)
    return play


LEAK = 'smtp_exfiltration medium client 192.0.2.70'
scene('leak: a mail every ten minutes', keylogger(20), LEAK)
scene('leak: twelve mails', keylogger(12), LEAK)
scene('leak: near miss, eleven mails', keylogger(11))
scene('leak: an hourly mail, for a day', keylogger(24, HOUR), LEAK)
scene('leak: near miss, no steady pace', keylogger(20, jitter=0.4))
scene('leak: near miss, sizes of all kinds', keylogger(20, spread=3900))
scene('leak: look-alike, alert mails through a server of ours', keylogger(30, server=MX))


def upload(c, mib, server, at=0, chunk=60000, port=465, over=600):
    """Records of TLS, as large as segments may be in a capture made behind segmentation offload."""
    t = Talk(c, at, '192.0.2.71', server, port)
    t.open()
    for side, octets in ((CLIENT, client_hello('mail.example')), (SERVER, server_flight()), (CLIENT, client_end()), (SERVER, server_end())):
        t.send(side, octets).wait(0.01).ack(1 - side)
    whole = record(23, bytes(16000))
    for i in range(mib * 1048576 // len(whole)):
        t.segment(CLIENT, PSH | ACK, whole).wait(over * len(whole) / (mib * 1048576)).ack(SERVER)
    t.send(SERVER, record(23, bytes(60))).wait(0.01).ack(CLIENT)
    t.close(CLIENT)


def acquainted(c, server=MX):
    for day in range(3):
        visit(c, day * DAY, '192.0.2.71', mail('a@example.org', 'f@friends.example', octets=300 * day), server, 'pc71.example.org', 587)


LARGE = 'smtp_exfiltration %s client 192.0.2.71'
scene('leak: twelve MiB to a new server, in TLS', lambda c: (acquainted(c), upload(c, 12, THERE, 4 * DAY)), LARGE % 'medium')
scene('leak: near miss, nine MiB', lambda c: (acquainted(c), upload(c, 9, THERE, 4 * DAY)))
scene('leak: near miss, twelve MiB in three hours', lambda c: (acquainted(c), [upload(c, 1, THERE, 4 * DAY + i * 900) for i in range(12)]))
scene('leak: twelve MiB of a machine that is new, too', lambda c: upload(c, 12, THERE), LARGE % 'low')
scene('leak: look-alike, a new machine with much mail for others',
      lambda c: visit(c, 0, '192.0.2.71', mail('a@example.org', 'f@friends.example', octets=11 << 20), THERE, 'mx3.example.org'))
scene('leak: look-alike, twelve MiB to a server of ours', lambda c: (acquainted(c), upload(c, 12, MX, 4 * DAY)))
scene('leak: look-alike, a server that is known', lambda c: (acquainted(c), upload(c, 1, THERE, 4 * DAY), upload(c, 12, THERE, 7 * DAY)))


# ---- mail that goes round ----
def looped(times, over, to='p@example.org', ident='<loop@example.net>', client='198.51.100.40', received=3, spread=False):
    more = 'Received: from a by b; Sat, 31 Jan 2026 12:00:00 +0000\r\n' * received
    def play(c):
        for i in range(times):
            visit(c, i * over / times, client, mail('a@partner.example', 'p%d@example.org' % i if spread else to,
                                                   more=more + ('Message-ID: %s\r\n' % ident if ident else '')))
    return play


scene('loop: 26 hops', looped(1, 1, received=26), 'mail_loop medium client 198.51.100.40')
scene('loop: 25 hops', looped(1, 1, received=25), 'mail_loop medium client 198.51.100.40')
scene('loop: near miss, 24 hops', looped(1, 1, received=24))
scene('loop: the same message five times', looped(5, 500), 'mail_loop medium recipient p@example.org')
scene('loop: near miss, four times', looped(4, 500))
scene('loop: near miss, five times in half an hour', looped(5, 1800))
scene('loop: near miss, messages without a name', looped(8, 500, ident=None))
scene('loop: look-alike, one message for many', looped(9, 500, spread=True))
