"""abuse_scenes_identity.py - scenes of abuse.py: who a client says it is (DETECTORS, section B)."""
import random

from abuse_talk import BYE, HOME, HOUR, MX, MX6, Scenes, login, mail, opening, visit

SCENES = Scenes()
scene = SCENES.scene
BAD, BAD6, INSIDE, PEER = '203.0.113.7', '2001:db8:bad::7', '192.0.2.50', '198.51.100.9'
A_MAIL = mail('a@partner.example', 'bob@example.org')


def named(helo, client=BAD, lines=A_MAIL, **more):
    return lambda c: visit(c, 0, client, list(lines), helo=helo, **more)


# ---- helo_forged ----
FORGED = f'helo_forged medium client {BAD}'
for helo in ('mx.example.org', 'MX.EXAMPLE.ORG', 'mx.example.org.', '[192.0.2.25]', '192.0.2.25', 'example.org'):
    scene('forged: ' + helo, named(helo), FORGED, f'?helo_literal_mismatch low client {BAD}')
    scene(f'forged: look-alike, {helo} from home', named(helo, INSIDE), silent=('helo_forged',))
scene('forged: the server\'s address over IPv6', named('[IPv6:2001:db8:25::25]', BAD6), f'helo_forged medium client {BAD6}',
      f'?helo_literal_mismatch low client {BAD6}')
scene('forged: with HELO', ['C: RSET', 'S: 250 ok'] + ['C: HELO mx.example.org', 'S: 250 mx.example.org'] + A_MAIL, FORGED)
for helo in ('localhost', 'localhost.localdomain'):
    scene('forged: ' + helo, named(helo), FORGED.replace('medium', 'low'))
scene('forged: the banner, without --home', named('mx.example.org'), FORGED + ' confidence<=70', options=())
scene('forged: look-alike, a peer', named('mx.example.org', PEER), options=HOME + ('--peers', PEER))
scene('forged: look-alike, a name that ends alike', named('mx.notexample.org'))
scene('forged: look-alike, our domain within theirs', named('example.org.partner.example'), '?lookalike_domain medium client ' + BAD)

# ---- helo_literal_mismatch ----
OTHER = f'helo_literal_mismatch low client {BAD}'
scene('literal: another address', named('[198.51.100.77]'), OTHER)
scene('literal: another address of IPv6', named('[IPv6:2001:db8:f::1]', BAD6), f'helo_literal_mismatch low client {BAD6}')
scene('literal: IPv6 for IPv4', named('[IPv6:2001:db8:f::1]'), f'?helo_literal_mismatch info client {BAD}')
scene('literal: look-alike, the right one', named(f'[{BAD}]'), silent=('helo_literal_mismatch',))
scene('literal: look-alike, the right one of IPv6', named(f'[IPv6:{BAD6}]', BAD6), silent=('helo_literal_mismatch',))
scene('literal: look-alike, the right one in other letters', named('[ipv6:2001:DB8:BAD:0:0:0:0:7]', BAD6), silent=('helo_literal_mismatch',))
for literal in ('[192.168.1.7]', '[10.0.0.1]', '[172.20.1.1]', '[169.254.1.1]', '[IPv6:fe80::1]', '[IPv6:fd00::1]'):
    scene('literal: look-alike, private ' + literal, named(literal, BAD6 if '6' in literal[:3] else BAD))

# ---- helo_invalid: forty strings ----
VALID = ('mx.partner.example', 'MX.Partner.Example', 'a.example', 'mail-1.partner.example', 'mx1.mail.partner.co.example', 'xn--bcher-kva.example',
         '1and1.example', '3com.example', f'[{BAD}]', 'mx.partner.example.', '0.partner.example', 'x' * 63 + '.example', 'host.a.b.c.d.e.example',
         'smtp-out-127.partner.example', 'a-b--c.example', 'example.net')
INVALID = ('203.0.113.7', '198.51.100.7', '2001:db8:bad::7', 'mailserver', 'PC', 'my computer', 'host_name.example', 'bad!.example', 'mx..example',
           '.example.net', '-mx.partner.example', 'mx-.partner.example', 'x' * 64 + '.example', '.'.join(['abcdefghi'] * 26) + '.example',
           'host.invalid', '[203.0.113.7', '203.0.113.7]', '[300.1.2.3]', '[]', 'mx@partner.example', '<mx.partner.example>', 'mx/partner.example',
           '(none)', '*', '.', '..', '-', 'mx.partner.example:25')


def each(helos, **more):
    def play(c):
        for i, helo in enumerate(helos):
            visit(c, i * 30, f'198.51.100.{i + 1}', mail(f'a{i}@partner.example', 'bob@example.org'), helo=helo.replace(BAD, f'198.51.100.{i + 1}'), **more)
    return play


scene('helo: valid names', each(VALID), silent=('helo_invalid',))
scene('helo: invalid names', each(INVALID), *[f'helo_invalid info client 198.51.100.{i + 1}' for i in range(len(INVALID))])
scene('helo: look-alike, on 587 anything goes', each(INVALID, port=587), silent=('helo_invalid',))
scene('helo: look-alike, at home', named('printer', INSIDE), silent=('helo_invalid',))

# ---- helo_bot ----
BOT = f'helo_bot high client {BAD}'
for helo in ('ylmf-pc', 'YLMF-PC', 'masscan', 'zgrab'):
    scene('bot: ' + helo, named(helo), BOT)
    scene(f'bot: {helo} on 587', named(helo, port=587, lines=()), BOT)
WRONG = '535 5.7.8 authentication failed'
for helo in ('User', 'WIN-3K9JQ2LMN4P', 'WIN-CLJ1B0GQ6JP'):
    scene(f'bot: {helo} whose login fails', named(helo, lines=login('bob', WRONG), port=587, more=('AUTH CRAM-MD5',)), BOT.replace('high', 'medium'))
    scene(f'bot: look-alike, {helo} whose login works', named(helo, lines=login('bob'), port=587, more=('AUTH CRAM-MD5',)), silent=('helo_bot',))
    scene(f'bot: look-alike, {helo} without login', named(helo), silent=('helo_bot',))
scene('bot: near miss, WIN- and ten characters', named('WIN-3K9JQ2LMN4', lines=login('bob', WRONG), port=587, more=('AUTH CRAM-MD5',)), silent=('helo_bot',))

# ---- helo_dynamic: sixty names; the client is 203.0.113.7 ----
DYNAMIC = ('203.0.113.7.dyn.isp.example', '203-0-113-7.isp.example', 'ip-203-0-113-7.isp.example', '7.113.0.203.isp.example', '7-113-0-203.isp.example',
           'host-203-0-113-7.isp.example', 'cb007107.isp.example', 'CB007107.isp.example', 'client-203.0.113.7.isp.example',
           '203-0-113-7.customer.isp.example', 'pool-203-0-113-7.isp.example', 'adsl-7-113-0-203.isp.example', 'dsl-203-0-113-7.isp.example',
           'dhcp-203-0-113-7.isp.example', 'ppp-203-0-113-7.isp.example', 'cable-203-0-113-7.isp.example', 'p203.0.113.7.isp.example',
           'dyn17.isp.example', 'dsl12.isp.example', 'dhcp-34.isp.example', 'ppp5.isp.example', 'pool12.isp.example', 'cable77.isp.example', 'dial9.isp.example',
           'dyn-17-4.isp.example', 'adsl12.isp.example', 'vdsl-33.isp.example', 'dialup-12.isp.example', '203-000-113-007.isp.example')
STATIC = ('mx.partner.example', 'mail-203-0-113-7.isp.example', 'smtp-203-0-113-7.isp.example', 'mx-203-0-113-7.isp.example', 'static-203-0-113-7.isp.example',
          '203-0-113-7.static.isp.example', 'static.203.0.113.7.isp.example', 'mail.203-0-113-7.isp.example', 'dsl.partner.example', 'dynamic.partner.example',
          'cable.partner.example', 'pool.partner.example', 'dial.partner.example', 'dhcp.partner.example', 'ppp.partner.example', 'smtp-dyn12.isp.example',
          'mail1.dsl.example', 'mx2.cable.example', 'pooling.partner.example', 'dialog1.partner.example', 'out-7.partner.example', 'node113.partner.example',
          'mta203.partner.example', 'relay-7-113.partner.example', 'web0.partner.example', 'a203.partner.example', 'dynamo1.partner.example',
          '198-51-100-7.partner.example', 'cb00.partner.example', 'mx-dhcp-3.isp.example')
for name in DYNAMIC:
    scene('dynamic: ' + name, named(name), f'helo_dynamic low client {BAD}')
for name in STATIC:
    scene('dynamic: look-alike, ' + name, named(name), silent=('helo_dynamic',))
for name in ('ec2-203-0-113-7.compute-1.amazonaws.com', 'ec2-203-0-113-7.eu-west-1.compute.amazonaws.com', '7.113.0.203.bc.googleusercontent.com'):
    scene('dynamic: look-alike, ' + name, named(name))
scene('dynamic: look-alike, on 587', named('dsl-203-0-113-7.isp.example', port=587), silent=('helo_dynamic',))
scene('dynamic: IPv6', named('2001-db8-bad-0-0-0-0-7.isp.example', BAD6), f'helo_dynamic low client {BAD6}')


# ---- helo_churn ----
def churn(names, over=3400, client=BAD, sessions=None, lines=A_MAIL, **more):
    def play(c):
        for i in range(sessions or names):
            visit(c, i * over / (sessions or names), client, list(lines), helo=f'h{i % names}.partner{i % names}.example', **more)
    return play


CHURN = f'helo_churn medium client {BAD}'
scene('churn: six names', churn(6), CHURN + ' told=1')
scene('churn: five names', churn(5), CHURN)
scene('churn: near miss, four', churn(4))
scene('churn: near miss, one name six times', churn(1, sessions=6))
scene('churn: near miss, six in four hours', churn(6, 4 * HOUR))
scene('churn: IPv6', churn(6, client=BAD6), f'helo_churn medium client {BAD6}')
scene('churn: told at doublings', churn(24, 1800), CHURN + ' counts=5,10,20')
scene('churn: look-alike, behind one address on 587', churn(8, lines=login('bob'), port=587, more=('AUTH CRAM-MD5',)), silent=('helo_churn',))
scene('churn: look-alike, behind one address, logged in on 25', churn(8, lines=login('bob'), more=('AUTH CRAM-MD5',)), silent=('helo_churn',))
