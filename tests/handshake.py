"""handshake.py - octets of TLS handshakes and certificates, made by hand: nothing in them is encrypted or signed, since who only
watches verifies nothing (RFC 8446, RFC 5246, RFC 5280)."""
import struct

ALERT, HANDSHAKE, DATA, CHANGE = 21, 22, 23, 20
MODERN = (0x1301, 0x1302, 0x1303, 0xC02F, 0xC030, 0xCCA8, 0x009C, 0x002F)
TLS12, TLS13 = 0x0303, 0x0304


def record(kind, body, version=TLS12):
    return struct.pack('>BHH', kind, version, len(body)) + body


def message(kind, body):
    return struct.pack('>I', kind << 24 | len(body)) + body


def vector(body, octets=2):
    return len(body).to_bytes(octets, 'big') + body


def extension(kind, body):
    return struct.pack('>H', kind) + vector(body)


def client_hello(name='mx.example.net', ciphers=MODERN, versions=(TLS13, TLS12), pad=0):
    extra = extension(0, vector(b'\0' + vector(name.encode()))) if name else b''
    extra += extension(10, vector(b'\0\x1d\0\x17')) + extension(13, vector(b'\4\3\10\4'))
    extra += extension(43, vector(b''.join(struct.pack('>H', v) for v in versions), 1)) if TLS13 in versions else b''
    extra += extension(21, bytes(pad)) if pad else b''
    suites = vector(b''.join(struct.pack('>H', c) for c in ciphers))
    body = struct.pack('>H', min(max(versions), TLS12)) + bytes(range(32)) + vector(b'', 1) + suites + vector(b'\0', 1) + vector(extra)
    return record(HANDSHAKE, message(1, body), 0x0301)


def server_hello(version=TLS12, cipher=0xC02F):
    extra = extension(43, struct.pack('>H', version)) + extension(51, struct.pack('>H', 0x1D) + vector(bytes(32))) if version == TLS13 else b''
    body = struct.pack('>H', min(version, TLS12)) + bytes(range(32, 64)) + vector(b'', 1) + struct.pack('>HB', cipher, 0) + vector(extra)
    return message(2, body)


def server_flight(version=TLS12, cipher=0xC02F, certificate=None, rsa=False):
    """ServerHello to ServerHelloDone; of TLS 1.3 what follows the hello is a lot of octets."""
    if version == TLS13:
        return record(HANDSHAKE, server_hello(TLS13, 0x1301)) + record(CHANGE, b'\1') + record(DATA, bytes(900))
    out = record(HANDSHAKE, server_hello(version, cipher), version)
    if certificate:
        out += record(HANDSHAKE, message(11, vector(vector(certificate, 3), 3)), version)
    if not rsa:
        out += record(HANDSHAKE, message(12, b'\3\0\x1d' + vector(bytes(32), 1) + b'\4\1' + vector(bytes(64))), version)
    return out + record(HANDSHAKE, message(14, b''), version)


def client_end(version=TLS12):
    """What the client says last."""
    if version == TLS13:
        return record(CHANGE, b'\1') + record(DATA, bytes(53))
    return record(HANDSHAKE, message(16, vector(bytes(32), 1)), version) + record(CHANGE, b'\1', version) + \
        record(HANDSHAKE, bytes(range(40)), version)


def server_end(version=TLS12):
    return b'' if version == TLS13 else record(CHANGE, b'\1', version) + record(HANDSHAKE, bytes(range(40)), version)


def alert(code, level=2, version=TLS12):
    return record(ALERT, bytes((level, code)), version)


# ---- certificates ----

def der(tag, *parts):
    body = b''.join(parts)
    n = len(body)
    size = bytes((n,)) if n < 128 else bytes((0x80 | (n.bit_length() + 7) // 8,)) + n.to_bytes((n.bit_length() + 7) // 8, 'big')
    return bytes((tag,)) + size + body


def oid(dotted):
    first, second, *rest = (int(x) for x in dotted.split('.'))
    out = bytes((first * 40 + second,))
    for n in rest:
        part = [n & 127]
        while n > 127:
            n >>= 7
            part.append(n & 127 | 128)
        out += bytes(reversed(part))
    return der(6, out)


def number(n):
    return der(2, n.to_bytes(n.bit_length() // 8 + 1, 'big'))


def called(name):
    return der(0x30, der(0x31, der(0x30, oid('2.5.4.3'), der(12, name.encode()))))


RSA_SHA256, RSA_SHA1, RSA_MD5 = '1.2.840.113549.1.1.11', '1.2.840.113549.1.1.5', '1.2.840.113549.1.1.4'


def certificate(names=('mx.example.net',), issuer='Example CA', begin='20260101000000Z', end='20270101000000Z', bits=2048,
                signed=RSA_SHA256, subject=None):
    """Dates as in ASN.1's GeneralizedTime.  `issuer` None: its own."""
    how = der(0x30, oid(signed), der(5))
    own = called(subject or names[0])
    key = der(0x30, der(0x30, oid('1.2.840.113549.1.1.1'), der(5)),
              der(3, b'\0', der(0x30, number((1 << bits) - 159), number(65537))))
    alternatives = der(0xA3, der(0x30, der(0x30, oid('2.5.29.17'), der(4, der(0x30, *(der(0x82, n.encode()) for n in names))))))
    body = der(0x30, der(0xA0, number(2)), number(4711), how, called(issuer) if issuer else own,
               der(0x30, der(0x18, begin.encode()), der(0x18, end.encode())), own, key, alternatives)
    return der(0x30, body, how, der(3, bytes(257)))
