"""abuse_scenes_volume.py - scenes of abuse.py: accounts and machines that send too much, or in a manner that mail does not have."""
from abuse_talk import BYE, DAY, HOME, HOUR, MX, MX6, UNKNOWN, Scenes, login, mail, opening

SCENES = Scenes()
scene = SCENES.scene


# ---- accounts ----
def written(c, at, user, recipients, client='192.0.2.77', sender=None, each=10, over=3000, **more):
    """`recipients`, by `each` a mail, one mail a session, spread over `over` seconds."""
    batches = [recipients[i:i + each] for i in range(0, len(recipients), each)]
    for i, batch in enumerate(batches):
        c.session(at + i * over / len(batches), client, MX, opening('pc', 'mx.example.org', 'AUTH CRAM-MD5') + login(user) +
                  mail(user + '@example.org' if sender is None else sender, *batch, **more) + BYE, 587)


def people(n, domains=20, start=0, bad=0):
    """`bad` of them are refused."""
    return [('p%d@d%d.example.net' % (start + i, i % domains), UNKNOWN if i * bad // n != (i + 1) * bad // n else '250 ok') for i in range(n)]


def habit(c, user='alice', days=30, a_day=3, **more):
    """Some mails every day to some of the same people."""
    for day in range(days):
        written(c, day * DAY, user, [('f%d@friends.example.net' % (i + day % 3), '250 ok') for i in range(a_day)], each=1, **more)


def burst(n, domains=20, bad=0, before=30, **more):
    def play(c):
        if before:
            habit(c, days=before)
        written(c, before * DAY + 7200, 'alice', people(n, domains, 0, bad), **more)
    return play


ALICE = 'account_fanout high user alice'
MILD = 'account_fanout medium user alice'
FOREIGN = {'sender': 'win@lottery.example.com'}
scene('account: a month of little, then 150 people, as somebody else', burst(150, **FOREIGN), ALICE)
scene('account: 150 people, of whom many do not exist', burst(150, bad=60), ALICE)
scene('account: 150 people from a new network', burst(150, client='203.0.113.9'), ALICE)
scene('account: 115 people', burst(115, **FOREIGN), ALICE)
scene('account: near miss, 85 people', burst(85, **FOREIGN))
scene('account: 46 domains', burst(46, 46, **FOREIGN), ALICE)
scene('account: near miss, 34 domains', burst(60, 34, **FOREIGN))
scene('account: without a cue', burst(150), MILD)
scene('account: a quarter refused is no cue', burst(120, bad=30), MILD)
scene('account: more than a quarter refused', burst(120, bad=31), ALICE)
scene('account: near miss, 240 people in four hours', burst(240, over=14400, **FOREIGN))
scene('account: the first day of a list', burst(150, before=0), MILD)
scene('account: the null sender', burst(150, sender='', each=1), ALICE)


def growing(before, now):
    def play(c):
        for day in range(10):
            written(c, day * DAY, 'alice', people(before, 5, day * before))
        written(c, 10 * DAY, 'alice', people(now, 20, 5000), **FOREIGN)
    return play


scene('account: four times the usual', growing(25, 104), ALICE)
scene('account: near miss, three times the usual', growing(40, 120))


def newsletter(c):
    for week in range(5):
        habit_start = week * 7 * DAY
        for day in range(1, 6):
            written(c, habit_start + day * DAY, 'news', [('f%d@friends.example.net' % day, '250 ok')])
        written(c, habit_start, 'news', people(300, 60), each=30)


scene('account: look-alike, a newsletter each Monday', newsletter, 'account_fanout medium user news')


def machine(c):
    for i, (address, reply) in enumerate(people(150)):
        c.session(i * 20, '192.0.2.78', MX, opening('printer.example.org') + mail('x@lottery.example.com', (address, reply)) + BYE)


scene('a machine of ours writes to 150 people', machine, 'account_fanout high client 192.0.2.78')


def travels(clients, step, user='bob', known=()):
    def play(c):
        for i, client in enumerate([*known, *clients]):
            c.session(i * step + (2 * DAY if i >= len(known) else 0), client, MX6 if ':' in client else MX, opening('pc', 'mx.example.org', 'AUTH CRAM-MD5') + login(user) +
                      mail('bob@example.org', 'f@friends.example.net') + BYE, 587)
    return play


FIVE = ['203.0.%d.7' % i for i in range(113, 118)]
scene('account: five networks in an hour', travels(FIVE, 700), 'account_many_nets medium user bob')
scene('account: near miss, four networks', travels(FIVE[:4], 700))
scene('account: near miss, five networks in 75 minutes', travels(FIVE, 1000))
scene('account: two new networks within ten minutes', travels(FIVE[:2], 590, known=['203.0.99.1']), 'account_many_nets low user bob')
scene('account: near miss, two new networks in eleven minutes', travels(FIVE[:2], 660, known=['203.0.99.1']))
scene('account: look-alike, one new network', travels([FIVE[0], '203.0.99.1', FIVE[0]], 200, known=['203.0.99.1']))
scene('account: look-alike, where everything is new', travels(FIVE[:2], 590))
scene('account: look-alike, two networks that take turns', travels(FIVE[:2] * 10, 700))
scene('account: look-alike, a pool of addresses that is named', travels(FIVE, 700), options=HOME + ('--peers', '203.0.112.0/21'))
scene('account: five networks of IPv6', travels(['2001:db8:%x::7' % i for i in range(0x100, 0x105)], 700),
      'account_many_nets medium user bob')
scene('account: look-alike, addresses of one /48', travels(['2001:db8:100:%x::7' % i for i in range(9)], 300))


def guises(n, over, user='bob'):
    def play(c):
        for i in range(n):
            written(c, i * over / n, user, [('f@friends.example.net', '250 ok')], sender='x@d%d.example' % i if i else None)
    return play


scene('account: six sender domains', guises(6, HOUR * 0.9), 'account_many_senders medium user bob')
scene('account: five sender domains', guises(5, HOUR * 0.9), 'account_many_senders medium user bob')
scene('account: look-alike, a relay that is named', guises(9, HOUR * 0.9), options=HOME + ('--peers', '192.0.2.77'))
scene('account: near miss, four sender domains', guises(4, HOUR * 0.9))
scene('account: near miss, five sender domains in two hours', guises(5, HOUR * 2))
