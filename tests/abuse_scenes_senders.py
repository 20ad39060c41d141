"""abuse_scenes_senders.py - scenes of abuse.py: in whose name mail is sent (DETECTORS, section B)."""
from abuse_talk import BYE, HOME, HOUR, UNKNOWN, Scenes, login, mail, visit

SCENES = Scenes()
scene = SCENES.scene
BAD, BAD6, INSIDE, PEER = '203.0.113.7', '2001:db8:bad::7', '192.0.2.50', '198.51.100.9'
POLICY = '550 5.7.1 not from there'


def sent(lines, client=BAD, **more):
    return lambda c: visit(c, 0, client, list(lines), **more)


# ---- local_sender_outside ----
OURS = f'local_sender_outside medium client {BAD}'
LOCAL = mail('boss@example.org', 'bob@example.org')
scene('ours: accepted', sent(LOCAL), OURS.replace('medium', 'high'))
scene('ours: refused', sent(mail('boss@example.org', ('bob@example.org', POLICY))), OURS)
scene('ours: refused at MAIL', sent(['C: MAIL FROM:<boss@example.org>', 'S: ' + POLICY]), OURS)
scene('ours: refused at the end', sent(mail('boss@example.org', 'bob@example.org', end='554 5.7.1 spam')), OURS)
scene('ours: in capital letters', sent(mail('Boss@EXAMPLE.ORG', 'bob@example.org')), OURS.replace('medium', 'high'))
scene('ours: below our domain', sent(mail('boss@sales.example.org', 'bob@example.org')), '?' + OURS.replace('medium', 'high'))
scene('ours: IPv6', sent(LOCAL, BAD6), f'local_sender_outside high client {BAD6}')
scene('ours: look-alike, a listed peer', sent(LOCAL, PEER), options=HOME + ('--peers', PEER))
scene('ours: look-alike, logged in', sent(login('boss') + LOCAL, port=587, more=('AUTH CRAM-MD5',)))
scene('ours: look-alike, from home', sent(LOCAL, INSIDE))
scene('ours: look-alike, on 587 without login', sent(mail('boss@example.org', ('bob@example.org', '530 5.7.0 log in')), port=587))
scene('ours: look-alike, a domain that ends alike', sent(mail('boss@notexample.org', 'bob@example.org')), '?lookalike_domain medium domain notexample.org')
scene('ours: look-alike, a rewritten sender', sent(mail('SRS0=abcd=42=example.org=boss@partner.example', 'bob@example.org')))
scene('ours: look-alike, learnt domains', lambda c: [visit(c, i * 60, f'198.51.{100 + i}.9', mail(f'a@p{i}.example', 'bob@example.org')) for i in range(4)] +
      [visit(c, 900, BAD, LOCAL)], options=())


# ---- from_mismatch ----
def headed(envelope, header, more='', client=BAD, **terms):
    text = f'C: {more}From: {header}\r\nSubject: n\r\n\r\nx\r\n.'
    lines = mail(envelope, 'bob@example.org')
    return lambda c: visit(c, 0, client, [text if line.startswith('C: From') else line for line in lines] if not more else
                           lines[:-2] + [text] + lines[-1:], **terms)


MISMATCH = f'from_mismatch medium client {BAD}'
BOSS = 'The Boss <boss@example.org>'
for i, (envelope, header, due) in enumerate((
        ('x@evil.example', BOSS, True), ('x@evil.example', '<boss@example.org>', True), ('x@evil.example', 'boss@example.org', True),
        ('x@evil.example', '"Boss, The" <boss@example.org>', True), ('x@evil.example', '"boss@example.org" <boss@example.org>', True),
        ('x@evil.example', '=?utf-8?q?B=C3=B6ss?= <boss@example.org>', True), ('x@evil.example', 'BOSS@EXAMPLE.ORG', True),
        ('x@evil.example', 'The Boss\r\n <boss@example.org>', True), ('x@evil.example', 'boss@sales.example.org', True),
        ('x@evil.example', 'x@evil.example', False), ('x@evil.example', '"boss@example.org" <x@evil.example>', False),
        ('x@evil.example', 'news@shop.example', False), ('bounce@mail.shop.example', 'news@shop.example', False),
        ('SRS0=abcd=42=example.org=boss@partner.example', BOSS, False), ('prvs=1234abcdef=boss@partner.example', BOSS, False),
        ('list-bounces+bob=example.org@lists.example', 'a@partner.example', False), ('x@evil.example', 'x@notexample.org', False))):
    scene(f'mismatch: {i}, {envelope} and {header}', headed(envelope, header), *[MISMATCH] * due, '?lookalike_domain medium domain notexample.org')
scene('mismatch: look-alike, a list', headed('list-bounces@lists.example', BOSS, 'List-Id: <x.lists.example>\r\n'))
scene('mismatch: look-alike, of bounces to each', headed('list-bounces+bob=example.org@lists.example', BOSS), '?' + MISMATCH)
scene('mismatch: look-alike, a peer', headed('x@saas.example', BOSS, client=PEER), options=HOME + ('--peers', PEER))
scene('mismatch: look-alike, from home', headed('x@saas.example', BOSS, client=INSIDE))
scene('mismatch: IPv6', headed('x@evil.example', BOSS, client=BAD6), f'from_mismatch medium client {BAD6}')
scene('mismatch: two From fields', headed('x@evil.example', BOSS, 'From: <x@evil.example>\r\n'), '?' + MISMATCH)

# ---- lookalike_domain: a hundred pairs ----
WATCHED = ('modern-mail.example', 'example.org', 'northwind.test', 'bank.example', 'rolling.example', 'contoso2010.example', 'müller.example')
WATCH = ('--home', '192.0.2.0/24,' + ','.join(w.encode('idna').decode() for w in WATCHED))
ALIKE = ('examplo.org', 'exanple.org', 'exampl.org', 'examplle.org', 'exmaple.org', 'eaxmple.org', 'xample.org', 'example.com', 'example.net', 'example.co',
         'exarnple.org', 'examp1e.org', 'exampie.org', 'eexample.org', 'exampple.org', 'example-login.org', 'login-example.org', 'example-mail.org', 'secure-example.org',
         'modem-mail.example', 'modern-mai1.example', 'modern-rnail.example', 'm0dern-mail.example', 'modren-mail.example', 'modern-mail.net', 'modernn-mail.example',
         'modern-mial.example', 'moderm-mail.example', 'modern-mail-billing.example', 'my-modern-mail.example', 'modernmail.example', 'modern-maill.example',
         'northw1nd.test', 'nortwind.test', 'northwlnd.test', 'nrothwind.test', 'n0rthwind.test', 'northwind.example', 'nort-hwind.test', 'northwynd.test', 'northvvind.test',
         'northwind-invoice.test', 'norhtwind.test', 'ro11ing.example', 'roling.example', 'roiling.example', 'rollling.example',
         'contoso2O1O.example', 'contoso2011.example', 'contoso201.example', 'c0ntoso2010.example', 'xn--exmple-4nf.org', 'xn--xample-2of.org', 'xn--nrthwind-n4a.test',
         'contosso2010.example')
UNLIKE = ('partner.example', 'sample.org', 'ampler.org', 'temple.org', 'simple.org', 'apple.org', 'exam.org', 'maple.org', 'trampoline.org', 'people.org', 'couple.org',
          'modest.example', 'madison.example', 'mail.example', 'modern.example', 'postmodern.example', 'gmail.example', 'hotmail.example', 'mode.example', 'model.example',
          'northbound.test', 'northwest.test', 'southwind.test', 'windnorth.test', 'north.test', 'wind.test', 'nightwind.test', 'norway.test', 'northern.test', 'norwich.test',
          'tank.example', 'rank.example', 'thanks.example', 'banana.example', 'bakery.example', 'banking-news.example', 'bottle.example',
          'contour.example', 'contact.example', 'console.example', 'contoso.example', 'costco.example', 'sailing.example', 'rowing.example',
          'mueller.test', 'miller.test', 'xn--bcher-kva.example', 'xn--strae-oqa.example')


def from_each(domains, header=False):
    def play(c):
        for i, domain in enumerate(domains):
            client = f'198.51.{100 + i // 200}.{i % 200 + 1}'
            lines = mail('x@evil.example' if header else f'x@{domain}', f'p{i}@example.org')
            if header:
                lines = [line.replace('From: <x@evil.example>', f'From: <x@{domain}>') for line in lines]
            visit(c, i * 40, client, lines)
    return play


for form in (False, True):
    name = 'header' if form else 'envelope'
    scene(f'alike: {len(ALIKE)} that are, {name}', from_each(ALIKE, form),
          *[f'lookalike_domain medium domain {d} told=1' for d in ALIKE], options=WATCH)
    scene(f'alike: {len(UNLIKE)} that are not, {name}', from_each(UNLIKE, form), options=WATCH)
scene('alike: our own', from_each(WATCHED[1:3]), *[f'local_sender_outside high client 198.51.100.{i}' for i in (1, 2)], options=WATCH)
scene('alike: look-alike, from home', sent(mail('x@exanple.org', 'bob@example.org'), INSIDE))
scene('alike: refused', sent(mail('x@exanple.org', ('bob@example.org', POLICY))), 'lookalike_domain medium domain exanple.org')
scene('alike: look-alike, a peer', sent(mail('x@exanple.org', 'bob@example.org'), PEER), options=HOME + ('--peers', PEER))


# ---- sender_churn ----
def churn(domains, over=3400, clients=(BAD,), each=1, helo='h%d.example', lines=(), **more):
    """`each` mails of each domain."""
    def play(c):
        n = domains * each
        for i in range(n):
            client = clients[i % len(clients)]
            visit(c, i * over / n, client, [*lines, *mail(f'x{i}@d{i // each}-sender.example', f'p{i % 7}@example.org')],
                  helo=helo % i if '%' in helo else helo, **more)
    return play


CHURN = f'sender_churn medium client {BAD}'
NAMES = f'?helo_churn medium client {BAD}'
NET = [f'203.0.113.{i}' for i in range(10, 60)]
scene('churn of senders: 20 domains', churn(20), CHURN + ' told=1', NAMES)
scene('churn of senders: near miss, 19', churn(19), NAMES)
scene('churn of senders: near miss, half of the mails', churn(20, each=3), NAMES)
scene('churn of senders: near miss, 20 in four hours', churn(20, 4 * HOUR), NAMES)
scene('churn of senders: IPv6', churn(20, clients=(BAD6,)), f'sender_churn medium client {BAD6}', f'?helo_churn medium client {BAD6}')
scene('churn of senders: a network', churn(45, clients=NET[:15]), 'sender_churn medium network 203.0.113.0/24', '?snowshoe medium network 203.0.113.0/24')
scene('churn of senders: look-alike, a forwarder', churn(30, helo='out.forwarder.example'), silent=())
scene('churn of senders: look-alike, pool of a provider', churn(60, helo='out%d.provider.example', clients=NET[:15]))
scene('churn of senders: look-alike, logged in', churn(30, lines=login('bob'), more=('AUTH CRAM-MD5',)),
      'account_many_senders medium user bob')
scene('churn of senders: look-alike, a peer', churn(30), options=HOME + ('--peers', BAD))
scene('churn of senders: look-alike, from home', churn(30, clients=(INSIDE,)))
