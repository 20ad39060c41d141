"""abuse_scenes_mixed.py - scenes of abuse.py: attacks of sections A to C at the same time, each by a client of its own, and honest mail
between them: each is told as when it is alone, and nothing else."""
import random

import abuse_scenes
import abuse_scenes_conduct
import abuse_scenes_identity
import abuse_scenes_logins
import abuse_scenes_senders
import abuse_scenes_visits
from abuse_talk import HOME, HOUR, Scenes, mail, visit
from packets import Capture

SCENES = Scenes()
FILES = abuse_scenes, abuse_scenes_conduct, abuse_scenes_identity, abuse_scenes_logins, abuse_scenes_senders, abuse_scenes_visits
BAD = '203.0.113.7'
ATTACKS = (
    'early: EHLO before the greeting', 'unasked: all at once', 'bare newline: all lines', 'foreign: GET', 'errors: three unknown, dialect 0',
    'no mail: ten sessions', 'flood: 61 in a minute', 'slow: 20 idle', 'long: a command of 2049 octets', 'doubt: the same while they wait',
    'forged: mx.example.org', 'literal: another address', 'bot: ylmf-pc', 'dynamic: dhcp-34.isp.example', 'churn: six names', 'ours: accepted',
    'alike: refused', 'churn of senders: 20 domains', 'harvest: 11 of 12 refused', 'asked: EXPN staff', 'relay: three recipients',
    'relay: shape victim@far.example@mx.example.org', 'guessing: five', 'spray: 12 users, 1 each', 'clear: PLAIN fails', 'scan: ten servers')


class Overlay(Capture):
    """Into `capture`, `shift` seconds later, with `client` in the place of the attacker."""

    def __init__(self, capture, shift, client):
        super().__init__()
        self.into, self.shift, self.client = capture, shift, client

    def packet(self, when, src, dst, *rest, **more):
        src, dst = (self.client if end == BAD else end for end in (src, dst))
        self.into.packet(when + self.shift, src, dst, *rest, **more)


def attacks():
    """Each with its own client, none of them in the same network."""
    by_name = {scene.name: scene for file in FILES for scene in file.SCENES}
    return [(by_name[name], f'{60 + i}.7.0.113') for i, name in enumerate(ATTACKS)]


def honest(c, over=3 * HOUR):
    dice = random.Random(7)
    for i in range(600):
        host = dice.randrange(40)
        visit(c, dice.random() * over, f'198.51.{100 + host}.25', mail(f'u{dice.randrange(9)}@h{host}.example', f'p{dice.randrange(80)}@example.org'),
              helo=f'mx.h{host}.example')


def together(c):
    honest(c)
    for i, (scene, client) in enumerate(attacks()):
        scene.play(Overlay(c, 200 + i * 90, client))


def dues():
    for scene, client in attacks():
        yield from (line.replace(BAD, client) for line in scene.due)


SCENES.scene('honest mail alone', honest)
SCENES.scene('all at the same time', together, *sorted(set(dues())))
SCENES.scene('all at the same time, without --home', together, *['?' + line.lstrip('?').partition(' told')[0] for line in sorted(set(dues()))
                                                                if line.split()[0].lstrip('?') != 'local_sender_outside'], options=())
