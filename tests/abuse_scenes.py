"""abuse_scenes.py - scenes of abuse.py: who guesses mailboxes and looks for relays (DETECTORS, section C)."""
from abuse_talk import DAY, HOME, HOUR, MX, UNKNOWN, Scenes, login, mail, visit

SCENES = Scenes()
scene = SCENES.scene
BAD, BAD6, INSIDE, PEER = '203.0.113.7', '2001:db8:bad::7', '192.0.2.50', '198.51.100.9'
NET = [f'203.0.113.{i}' for i in range(10, 60)]
NET6 = [f'2001:db8:bad::{i:x}' for i in range(16, 40)]


def mixed(bad, good, reply):
    """So many refused recipients and good ones, evenly mixed."""
    n = bad + good
    return [f'p{i}@example.org' if i * good // n != (i + 1) * good // n else (f'g{i}@example.org', reply) for i in range(n)]


def guesses(bad, good=0, clients=(BAD,), over=300, each=1, reply=UNKNOWN, sender='a@partner.example', **more):
    """Recipients are tried, `each` a session, by clients in turns."""
    def play(c):
        all_of_them, n = mixed(bad, good, reply), bad + good
        for i in range(0, n, each):
            visit(c, i * over / n, clients[i // each % len(clients)], mail(sender, *all_of_them[i:i + each]), **more)
    return play


# ---- recipient_harvest ----
HARVEST = f'recipient_harvest medium client {BAD}'
scene('harvest: 11 of 12 refused', guesses(11, 1), HARVEST + ' told=1 counts=10 confidence>=80')
scene('harvest: ten', guesses(10), HARVEST)
scene('harvest: near miss, nine', guesses(9))
scene('harvest: one session', guesses(10, each=10), HARVEST)
scene('harvest: two thirds of all', guesses(10, 5), HARVEST)
scene('harvest: near miss, half of all, as a list with a third of dead addresses may have by chance', guesses(10, 10))
scene('harvest: near miss, less than half', guesses(10, 15))
scene('harvest: near miss, ten in half an hour', guesses(10, over=1800))
scene('harvest: near miss, one mailbox again and again',
      lambda c: [visit(c, i * 20, BAD, mail('a@partner.example', ('gone@example.org', UNKNOWN))) for i in range(20)])
scene('harvest: told at doublings', guesses(85), HARVEST + ' told=4')
scene('harvest: a hundred and more', guesses(120, over=400), HARVEST.replace('medium', 'high'))
scene('harvest: IPv6', guesses(12, clients=(BAD6,)), f'recipient_harvest medium client {BAD6}')
scene('harvest: a network', guesses(24, clients=NET[:12]), 'recipient_harvest medium network 203.0.113.0/24')
scene('harvest: a network of IPv6', guesses(24, clients=NET6[:12]), 'recipient_harvest medium network 2001:db8:bad::/64')
scene('harvest: near miss, nine of a network', guesses(9, clients=NET[:9]))
scene('harvest: told again when over', lambda c: (guesses(10)(c), visit(c, 3 * HOUR, PEER, mail('a@partner.example', 'bob@example.org'))),
      HARVEST + ' told=1 over=1')
scene('harvest: look-alike, a stale list', guesses(15, 60, each=5), silent=('recipient_harvest',))
scene('harvest: look-alike, a backup MX', guesses(30), options=HOME + ('--peers', BAD))
scene('harvest: the server alone is told', guesses(12), HARVEST, options=())
for name, reply in {
        'Postfix': '550 5.1.1 <g@example.org>: Recipient address rejected: User unknown in local recipient table',
        'Postfix, virtual': '550 5.1.1 <g@example.org>: Recipient address rejected: User unknown in virtual mailbox table',
        'Exim': '550 Unrouteable address', 'Exim, a common text': '550 Unknown user', 'Sendmail': '550 5.1.1 <g@example.org>... User unknown',
        'Exchange': '550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup',
        'Exchange, older': '550 5.1.1 User unknown', 'Exchange Online': '550 5.4.1 Recipient address rejected: Access denied. AS(201806281)',
        'Gmail': '550-5.1.1 The email account that you tried to reach does not exist. Please try\r\n'
                 '550-5.1.1 double-checking the recipient\'s email address for typos or\r\n'
                 '550 5.1.1 unnecessary spaces. a1si123456wrb.1 - gsmtp',
        'qmail': '550 sorry, no mailbox here by that name (#5.1.1)', 'Courier': '550 User unknown.',
        'Dovecot': '550 5.1.1 <g@example.org> User doesn\'t exist: g@example.org', '5.1.0': '550 5.1.0 Address rejected.',
        '551': '551 no such user', '553': '553 5.3.0 <g@example.org>... No such user here',
        'the words of the RFC': '550 Requested action not taken: mailbox unavailable'}.items():
    scene('harvest: dialect, ' + name, guesses(12, reply=reply), HARVEST)
for name, reply in {'mailbox full': '552 5.2.2 mailbox full', 'disabled': '550 5.2.1 The account is disabled', 'greylisted': '450 4.7.1 greylisted',
                    'policy': '550 5.7.1 refused by policy', 'list': '554 5.7.1 blocked using bl.example', 'spam': '550 5.7.1 spam'}.items():
    scene('harvest: look-alike, ' + name, guesses(12, reply=reply), f'?listed_source high client {BAD}')


def lossy(play, lost):
    """The capture lacks packets: those whose payload begins with `lost`."""
    def whole(c):
        play(c)
        c.packets = [p for p in c.packets if not p[1][40:].startswith(lost)]
    return whole


scene('harvest: replies to MAIL are not captured', lossy(guesses(20), b'250 2.1.0'), HARVEST, torn=False)
scene('harvest: the client alone is captured', lossy(guesses(20), (b'220', b'250', b'550', b'221')), torn=False)

# ---- harvest_spread ----
FAR = [f'{10 + i}.1.2.3' for i in range(30, 60)]


def spread(sources, each, over=3000, start=0, good=0, sender='a@partner.example'):
    def play(c):
        for i in range(sources):
            rcpts = [(f'g{start}-{i}-{k}@example.org', UNKNOWN) for k in range(each)] + [f'p{k}@example.org' for k in range(good)]
            lines = mail(sender, *rcpts) if sender else [x for r in rcpts for x in mail(sender, r)]
            visit(c, start + i * over / sources, FAR[i], lines)
    return play


def usual(c):
    """A day with as many each hour, and then three times of it."""
    for hour in range(26):
        spread(10, 4, start=hour * HOUR)(c)
    spread(20, 6, start=26 * HOUR)(c)


SPREAD = 'harvest_spread medium domain example.org'
scene('spread: 20 sources, six each', spread(20, 6), SPREAD + ' told=1')
scene('spread: a hundred from ten', spread(11, 9), '?' + SPREAD)
scene('spread: near miss, 95', spread(19, 5))
scene('spread: near miss, of eight networks', spread(8, 9, good=0))
scene('spread: near miss, in four hours', spread(20, 6, over=4 * HOUR))
scene('spread: near miss, as usual', usual)
scene('spread: look-alike, most of them exist', spread(20, 6, good=40))
scene('spread: look-alike, another domain\'s backscatter', spread(20, 6, sender=''), '?' + SPREAD, '?null_sender_flood medium server 192.0.2.25:25')


# ---- vrfy_expn ----
def asked(*commands, reply='252 2.0.0 cannot verify'):
    return [x for command in commands for x in ('C: ' + command, 'S: ' + reply)]


ASKED = f'vrfy_expn low client {BAD}'
for command in ('EXPN staff', 'expn all@example.org', 'VRFY root', 'VRFY decode', 'VRFY postmaster', 'VRFY admin', 'VRFY *', 'vrfy ROOT', 'VRFY <root>',
                'VRFY root@example.org', 'VRFY <postmaster@example.org>'):
    scene('asked: ' + command, asked(command), ASKED)
    scene('asked and told: ' + command, asked(command, reply='250 2.1.5 <root@example.org>'), ASKED.replace('low', 'medium'))
scene('asked: three names', asked('VRFY alice', 'VRFY bob', 'VRFY carol'), ASKED)
scene('asked: three names, refused', asked('VRFY alice', 'VRFY bob', 'VRFY carol', reply='502 5.5.1 VRFY command is disabled'), ASKED)
scene('asked: three names, told', asked('VRFY alice', 'VRFY bob', 'VRFY carol', reply='250 <bob@example.org>'), ASKED.replace('low', 'medium'))
scene('asked: near miss, two names', asked('VRFY alice', 'VRFY bob'))
scene('asked: near miss, two names, told', asked('VRFY alice', 'VRFY bob', reply='250 <bob@example.org>'))
scene('asked: look-alike, rooter and administrator', asked('VRFY rooter', 'VRFY administrators'))
scene('asked: look-alike, a monitor', asked('VRFY alice', 'VRFY bob', 'VRFY carol'), '?' + ASKED, options=('--monitors', BAD))

# ---- relay_probe ----
RELAY = f'relay_probe low client {BAD}'


def relayed(n, reply='554 5.7.1 <x@far.example>: Relay access denied', over=200, same=False, **more):
    def play(c):
        for i in range(n):
            visit(c, i * over / n, more.get('client', BAD), mail('a@partner.example', (f'v{0 if same else i}@d{0 if same else i}.far.example', reply)),
                  port=more.get('port', 25))
    return play


scene('relay: three recipients', relayed(3), RELAY + ' told=1')
scene('relay: near miss, two', relayed(2))
scene('relay: near miss, one again and again', relayed(6, same=True))
scene('relay: near miss, three in half an hour', relayed(3, over=1800))
scene('relay: IPv6', relayed(3, client=BAD6), f'relay_probe low client {BAD6}')
scene('relay: look-alike, on the road', relayed(2, port=587))
scene('relay: look-alike, a recipient of ours', guesses(5, reply='550 5.7.1 refused by policy'))
for name, reply in {'Exim': '550 relay not permitted', 'Exchange': '550 5.7.54 SMTP; Unable to relay recipient in non-accepted domain',
                    'Exchange, older': '550 5.7.1 Unable to relay', 'Sendmail': '550 5.7.1 <v@far.example>... Relaying denied',
                    'Sendmail, more': '550 5.7.1 <v@far.example>... Relaying denied. Proper authentication required.',
                    'qmail': '553 sorry, that domain isn\'t in my list of allowed rcpthosts (#5.7.1)', 'Gmail': '550-5.7.1 Relaying denied\r\n550 5.7.1 a1si1 - gsmtp',
                    'Postfix, deferred': '454 4.7.1 <v@far.example>: Relay access denied', '5.7.1 alone': '550 5.7.1 refused'}.items():
    scene('relay: dialect, ' + name, relayed(3, reply), RELAY)
SHAPES = ('victim%far.example@mx.example.org', 'victim%far.example@example.org', 'victim%far.example@[192.0.2.25]', '"victim@far.example"', '"victim%far.example"',
          'victim@far.example@mx.example.org', '"victim@far.example"@mx.example.org', 'victim@far.example@[192.0.2.25]', '@mx.example.org:victim@far.example',
          '@[192.0.2.25]:victim@far.example', 'far.example!victim', 'far.example!victim@[192.0.2.25]', 'far.example!victim@mx.example.org',
          'victim@[192.0.2.25]', 'victim%far.example')
for shape in SHAPES:
    scene(f'relay: shape {shape}', mail('a@partner.example', (shape, '550 5.7.1 relaying denied')), RELAY)
scene('relay: shape, no sender to outside', mail('', ('victim@far.example', '550 5.7.1 relaying denied')), RELAY)
for name, rcpt in (('a tag', 'user+tag@example.org'), ('quoted', '"john smith"@example.org'), ('quoted dots', '"john..smith"@example.org'),
                   ('postmaster', 'postmaster'), ('an apostrophe', "o'hara@example.org"), ('a bounce address', 'list-bob=partner.example@example.org'),
                   ('a rewritten sender', 'SRS0=abcd=42=partner.example=bob@example.org'), ('batv', 'prvs=1234abcdef=bob@example.org')):
    scene('relay: look-alike, ' + name, mail('a@partner.example', rcpt), silent=('relay_probe',))
    scene(f'relay: look-alike, {name} refused', mail('a@partner.example', (rcpt, '550 5.7.1 no')), silent=('relay_probe',))

# ---- relay_open ----


def opened(domains, client=BAD, end='250 2.0.0 queued', before=(), **more):
    def play(c):
        for i in range(domains):
            visit(c, i * 60, client, [*before, *mail('a@partner.example', f'v@d{i}far.example', end=end)], **more)
    return play


OPEN = 'relay_open critical server 192.0.2.25:25'
scene('open: five domains', opened(5), OPEN)
scene('open: one domain', opened(1), OPEN.replace('critical', 'medium'))
scene('open: near miss, refused at the end', opened(5, end='554 5.7.1 relaying denied'), '?' + RELAY)
scene('open: look-alike, logged in', opened(5, before=login('bob'), more=('AUTH CRAM-MD5',)))
scene('open: look-alike, a customer', opened(5, client=PEER), options=HOME + ('--peers', PEER))
scene('open: look-alike, from home', opened(5, client=INSIDE))
scene('open: look-alike, domains are learnt', opened(5), options=())
