#!/usr/bin/env python3
"""attack.py - a small capture of several attacks at once, with ordinary mail between: attack.py OUT.pcap

Sessions overlap, so that with several workers each attacker's sessions are seen by several of them; findings that count
over sessions must not depend on that.  Made of nothing but the numbers below: the same octets every time."""
import base64
import random
import struct
import sys

SERVER = bytes((192, 0, 2, 25))
START = 1767225600
GREETING = '220 mx.example.org ESMTP'
EHLO = ('EHLO %s', '250-mx.example.org\r\n250-PIPELINING\r\n250-AUTH PLAIN LOGIN\r\n250 8BITMIME')
QUIT = ('QUIT', '221 bye')


def checksum(octets):
    if len(octets) % 2:
        octets += b'\0'
    total = sum(struct.unpack('!%dH' % (len(octets) // 2), octets))
    total = (total & 0xffff) + (total >> 16)
    return ~(total + (total >> 16)) & 0xffff


def packet(src, dst, ports, seq, ack, flags, data):
    tcp = struct.pack('!HHIIBBHHH', *ports, seq & 0xffffffff, ack & 0xffffffff, 0x50, flags, 65000, 0, 0) + data
    total = checksum(src + dst + struct.pack('!BBH', 0, 6, len(tcp)) + tcp)
    tcp = tcp[:16] + struct.pack('!H', total) + tcp[18:]
    ip = struct.pack('!BBHHHBBH', 0x45, 0, 20 + len(tcp), 0, 0, 64, 6, 0) + src + dst
    return ip[:10] + struct.pack('!H', checksum(ip)) + ip[12:] + tcp


class Capture:
    def __init__(self):
        self.dice, self.packets, self.port = random.Random(6), [], 20000

    def session(self, at, client, turns, port=25):
        """One connection; `turns` are commands and their replies, behind the greeting."""
        self.port = self.port + 1 if self.port < 60000 else 20001
        seq = [self.dice.randrange(1 << 32), self.dice.randrange(1 << 32)]
        now = [at]

        def put(side, flags, data=b''):
            ends, ports = (client, SERVER), (self.port, port)
            src, dst = ends[side], ends[1 - side]
            now[0] += self.dice.uniform(0.001, 0.02)
            self.packets.append((now[0], len(self.packets), packet(src, dst, (ports[side], ports[1 - side]), seq[side],
                                                                  seq[1 - side] if flags & 16 else 0, flags, data)))
            seq[side] += len(data) + bool(flags & 3)

        put(0, 2), put(1, 18), put(0, 16)
        put(1, 24, (GREETING + '\r\n').encode())
        for command, reply in turns:
            put(0, 24, (command + '\r\n').encode())
            put(1, 24, (reply + '\r\n').encode())
        put(0, 17), put(1, 17), put(0, 16)

    def write(self, path):
        with open(path, 'wb') as out:
            out.write(struct.pack('<IHHiIII', 0xa1b2c3d4, 2, 4, 0, 0, 65535, 101))
            for when, _, octets in sorted(self.packets):
                when += START
                out.write(struct.pack('<IIII', int(when), int(when % 1 * 1e6), len(octets), len(octets)) + octets)


def hello(name):
    return EHLO[0] % name, EHLO[1]


PLAIN = 'From: <%s>\r\nSubject: n\r\n\r\nhello\r\n.'
DISGUISED = ('From: <%s>\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n'
             '--b\r\nContent-Type: application/octet-stream; name="invoice.pdf.exe"\r\nContent-Transfer-Encoding: base64\r\n\r\nTVo=\r\n'
             '--b\r\nContent-Type: application/pdf; name="terms.pdf"\r\n\r\nx\r\n'
             '--b\r\nContent-Type: application/zip; name="terms.zip"\r\nContent-Transfer-Encoding: base64\r\n\r\n'
             'UEsDBAoAAQAAAFOJeV16em/tDwAAAAMAAAAFAAAAYS50eHQ=\r\n'
             '--b\r\nContent-Type: text/html\r\n\r\n<a href="http://login.example.net/x">https://www.bank.example/</a>\r\n--b--\r\n.')


def mail(sender, recipient, reply='250 2.1.5 ok', text=PLAIN):
    turns = [('MAIL FROM:<%s>' % sender, '250 2.1.0 ok'), ('RCPT TO:<%s>' % recipient, reply)]
    if reply[0] != '2':
        return turns
    return turns + [('DATA', '354 go on'), (text % sender, '250 2.0.0 queued')]


def make(path):
    c = Capture()
    for i in range(60):  # honest servers
        c.session(i * 7, bytes((198, 51, 100, 1 + i % 15)), [hello('mx%d.example.net' % (i % 15))] +
                  mail('u%d@example.net' % i, 'person%d@example.org' % (i % 9)) + [QUIT])
    for i in range(40):  # mailboxes are guessed, one a session
        c.session(50 + i * 5, bytes((203, 0, 113, 7)), [hello('h.example.com')] +
                  mail('x@example.com', 'guess%d@example.org' % i, '550 5.1.1 no such user') + [QUIT])
    for i in range(30):  # passwords are guessed: by one client, and one user's from many networks
        for client in (8, 64 + i):
            password = base64.b64encode(b'\0user%d\0secret' % (3 if client > 8 else i % 7)).decode()
            login = 'AUTH PLAIN ' + password, '535 5.7.8 wrong'
            c.session(80 + i * 4, bytes((203, 0, 113 if client == 8 else client, client)), [hello('pc'), login, QUIT], 587)
    for i in range(12):  # a relay is looked for
        c.session(120 + i * 9, bytes((203, 0, 113, 9)), [hello('r.example.com')] +
                  mail('x@example.com', 'v%d@d%d.example.com' % (i, i), '554 5.7.1 relay access denied') + [QUIT])
    for i in range(25):  # another name each time
        c.session(150 + i * 6, bytes((203, 0, 113, 10)), [hello('n%d.example.com' % i)] +
                  mail('x%d@d%d.example.com' % (i, i), 'person%d@example.org' % (i % 9)) + [QUIT])
    for i in range(120):  # connections that want nothing
        c.session(200 + i * 0.3, bytes((203, 0, 113, 11)), [hello('s.example.com')])
    c.session(300, bytes((198, 51, 100, 1)), [  # STARTTLS is offered, and refused for good
        (EHLO[0] % 'mx0.example.net', EHLO[1].replace('PIPELINING', 'STARTTLS')), ('STARTTLS', '554 5.7.0 not here'), QUIT])
    c.session(310, bytes((203, 0, 113, 12)), [hello('a.example.com')] + mail('a@example.com', 'person1@example.org', text=DISGUISED) + [QUIT])
    c.session(330, bytes((203, 0, 113, 13)), [hello('a.example.com'), ('MAIL FROM:<a@example.com>', '250 ok')] +  # nothing that a rule tells of
              [('RCPT TO:<person%d@example.org>' % i, '250 ok') for i in range(12)] + [('RSET', '250 ok'), hello('b.example.com')] +
              mail('a@example.com', 'person1@example.org', text='From: "boss@example.org" <%s>\r\n\r\nhello\r\n.') + [QUIT])
    c.write(path)


if __name__ == '__main__':
    make(sys.argv[1])
