#!/usr/bin/env python3
"""Every diagnosis of the wire in threes: what it is, what just misses it, what looks like it: threes.py PROGRAM

A scene makes packets and names the diagnoses that they must give, each with severity and confidence, and no others; the
same with three workers.  Words that follow from nearly every scene are left out unless a scene names them."""
import json
import os
import re
import subprocess
import sys
import tempfile

from packets import ACK, CLIENT, CWR, ECE, FIN, NOON, PSH, RST, SERVER, Capture, Talk

A, A2, B, C, S, ROUTER = "198.51.100.1", "198.51.100.9", "198.51.101.1", "198.51.102.1", "192.0.2.25", "192.0.2.1"
USUAL = {"no_tls", "no_quit"}  # mail in clear, and a client that leaves when a scene is over
SCALED = bytes([2, 4, 5, 180, 1, 3, 3, 7])
scenes = []


def scene(*told, findings=()):
    """`told`: "word severity confidence", once for each event."""
    def keep(f):
        scenes.append((f.__name__, f, sorted(told), sorted(findings)))
        return f
    return keep


def talk(c, at=0, client=A, server=S, port=25, **more):
    t = Talk(c, at, client, server, port, **more)
    return t.open()


HELLO = """S: 220 mx.example.net ESMTP
C: EHLO mx.example.org
S: 250-mx.example.net
S: 250-SIZE 1000000
S: 250 PIPELINING"""
ENVELOPE = HELLO + """
C: MAIL FROM:<a@example.org>
S: 250 ok
C: RCPT TO:<b@example.net>
S: 250 ok
C: DATA
S: 354 go on"""
TEXT = """
C: Message-ID: <1@example.org>
C: Subject: Hello
C:
C: Hello"""
END = """
C: .
S: 250 2.0.0 Ok: queued as 4AB12"""
QUIT = """
C: QUIT
S: 221 bye"""
MAIL = ENVELOPE + TEXT + END + QUIT


def whole(c, at=0, client=A, server=S, **more):
    return talk(c, at, client, server, **more).talk(MAIL).close(CLIENT)


def later(c, seconds):
    """Other traffic, so that the capture goes on."""
    talk(c, seconds, "203.0.113.99", "192.0.2.99").talk("S: 220 mx.example.com ESMTP" + QUIT).close(CLIENT)


# ---- N1 ----

def knock(c, at, server=S, client=A, pauses=(0, 1, 2)):
    t = Talk(c, at, client, server)
    for p in pauses:
        t.wait(p).syn()


@scene("connect_timeout warn sure")
def n1_silence(c):
    knock(c, 0)
    later(c, 60)


@scene()
def n1_two_syns(c):
    knock(c, 0, pauses=(0, 1))
    later(c, 60)


@scene()
def n1_answered_late(c):
    t = Talk(c, 0, A, S)
    t.syn().wait(1).syn().wait(2).syn().wait(0.1).segment(SERVER, 18).wait(.1).ack(CLIENT)
    t.talk(MAIL).close(CLIENT)


@scene(*["connect_timeout warn sure"] * 3)
def n1_port_blocked(c):
    for i in range(3):
        knock(c, i * 20, f"192.0.2.{i + 25}")
    later(c, 120)
    return r"outgoing port 25 is blocked"


@scene(*["connect_timeout warn sure"] * 3)
def n1_one_works(c):
    whole(c, 0, server="192.0.2.80")
    for i in range(3):
        knock(c, 5 + i * 20, f"192.0.2.{i + 25}")
    later(c, 120)
    return r"^((?!blocked).)*$"


# ---- N2 ----

@scene("connect_refused warn sure")
def n2_reset(c):
    t = Talk(c, 0, A, S).syn().wait(.01)
    t.segment(SERVER, RST | ACK, ack=1001)


@scene("connect_refused warn sure")
def n2_forbidden(c):
    Talk(c, 0, A, S).syn().wait(.01).icmp(ROUTER, 3, 13, CLIENT, octets_lost=1)
    later(c, 60)
    return "192.0.2.1 forbids it .*packet 2"


@scene()
def n2_reset_after_the_dialogue(c):
    talk(c).talk(MAIL).reset(CLIENT)


@scene()
def n2_reset_that_acknowledges_nothing(c):
    t = Talk(c, 0, A, S).syn().wait(.01)
    t.segment(SERVER, RST | ACK, ack=77)
    t.wait(.01).segment(SERVER, 18).wait(.01).ack(CLIENT)
    t.talk(MAIL).close(CLIENT)


# ---- N3 ----

@scene("ecn_blackhole warn likely")
def n3_ecn(c):
    t = Talk(c, 0, A, S)
    t.syn(ECE | CWR).wait(1).syn(ECE | CWR).wait(2).syn().wait(.01).segment(SERVER, 18).wait(.01).ack(CLIENT)
    t.talk(MAIL).close(CLIENT)


@scene()
def n3_one_ecn_syn(c):
    t = Talk(c, 0, A, S)
    t.syn(ECE | CWR).wait(1).syn().wait(.01).segment(SERVER, 18).wait(.01).ack(CLIENT)
    t.talk(MAIL).close(CLIENT)


@scene()
def n3_answered_with_ecn(c):
    t = Talk(c, 0, A, S)
    t.syn(ECE | CWR).wait(1).syn(ECE | CWR).wait(2).syn(ECE | CWR).wait(.01).segment(SERVER, 18).wait(.01).ack(CLIENT)
    t.talk(MAIL).close(CLIENT)


# ---- N4 ----

def stuck(c, times, octets=1460, client_mss=1460, **icmp):
    mss = bytes([2, 4]) + client_mss.to_bytes(2, "big")
    t = Talk(c, 0, A, S)
    t.open(options=mss).talk(ENVELOPE).wait(.01)
    t.send(CLIENT, b"x" * octets)
    for i in range(times):
        t.wait(.2 * 2 ** i).again(CLIENT, octets)
        if icmp:
            t.icmp(ROUTER, 3, 4, CLIENT, 1280, octets)
    return t


@scene("pmtu_blackhole error likely", "lost_in_data warn sure")
def n4_large_lost(c):
    stuck(c, 4).wait(30).reset(CLIENT)


@scene("pmtu_blackhole error sure", "lost_in_data warn sure")
def n4_icmp(c):
    stuck(c, 4, icmp=1).wait(30).reset(CLIENT)


@scene("lost_in_data warn sure")
def n4_twice(c):
    stuck(c, 2).wait(30).reset(CLIENT)


@scene("line_too_long info sure", "loss error likely")
def n4_through_at_last(c):
    stuck(c, 3).wait(.1).ack(SERVER).talk(END + QUIT).close(CLIENT)


@scene("lost_in_data warn sure")
def n4_small_segment(c):
    stuck(c, 4, 300).wait(30).reset(CLIENT)


# ---- N5 ----

def shut(c, seconds):
    t = talk(c).talk(ENVELOPE + TEXT)
    t.window[SERVER] = 0
    t.c("more").window[SERVER] = 65000
    t.wait(seconds).ack(SERVER)
    return t.talk(END + QUIT).close(CLIENT)


@scene("zero_window warn sure")
def n5_six_seconds(c):
    shut(c, 6)


@scene("zero_window error sure")
def n5_a_minute(c):
    shut(c, 61)


@scene()
def n5_four_seconds(c):
    shut(c, 4)


@scene()
def n5_reset_has_window_zero(c):
    t = talk(c).talk(MAIL)
    t.window[SERVER] = 0
    t.segment(SERVER, RST | ACK)


# ---- N7 ----

def lossy(c, lost, sent=100, size=100):
    t = talk(c).talk(ENVELOPE)
    for i in range(sent):
        t.wait(.02).send(CLIENT, b"x" * (size - 2) + b"\r\n")
        if i < lost:
            t.wait(.3).again(CLIENT, size)
        t.wait(.01).ack(SERVER)
    return t.talk(END + QUIT).close(CLIENT)


@scene("loss warn likely")
def n7_three_percent(c):
    lossy(c, 4)


@scene("loss error likely")
def n7_a_fifth(c):
    lossy(c, 20)


@scene()
def n7_one_percent(c):
    lossy(c, 1)


@scene()
def n7_keep_alive(c):
    t = talk(c).talk(HELLO)
    for i in range(12):
        t.wait(20).segment(CLIENT, ACK, b"\0", seq=t.next[CLIENT] - 1).wait(.01).ack(SERVER)
    t.talk(MAIL[len(HELLO):]).close(CLIENT)


# ---- N8 ----

@scene("injected_reset warn hint")
def n8_other_hops(c):
    t = talk(c).talk(HELLO).wait(.5)
    t.reset(SERVER, ttl=51)


@scene()
def n8_own_reset(c):
    t = talk(c).talk(HELLO).wait(.5)
    t.reset(SERVER)


@scene()
def n8_one_hop(c):
    t = talk(c).talk(HELLO).wait(.5)
    t.reset(SERVER, ttl=63)


@scene("injected_reset warn hint")
def n8_data_goes_on(c):
    """The server knows nothing of the reset in its name: it answers."""
    t = talk(c).talk(HELLO).wait(.01).send(CLIENT, b"MAIL FROM:<a@example.org>\r\n").wait(.002)
    t.reset(SERVER).wait(.02).send(SERVER, b"250 ok\r\n").wait(.3).again(SERVER, 8)
    later(c, 60)


@scene()
def n8_data_before_the_reset(c):
    t = talk(c).talk(HELLO).wait(.01).send(SERVER, b"421 4.3.2 going down\r\n").wait(.0001)
    t.reset(SERVER)


@scene()
def n8_overtaken_by_the_reset(c):
    """Sent before the reset, and captured behind it."""
    t = talk(c).talk(HELLO).wait(.01)
    seq = t.next[SERVER]
    t.segment(SERVER, RST | ACK, seq=seq + 22).wait(.001).segment(SERVER, PSH | ACK, b"421 4.3.2 going down\r\n", seq=seq)


@scene()
def n8_reset_for_what_came_too_late(c):
    """Who closed and gets more answers with resets."""
    t = talk(c).talk(HELLO).wait(.01)
    t.segment(CLIENT, FIN | ACK).wait(.01).send(SERVER, b"421 4.3.2 going down\r\n").wait(.01)
    t.segment(CLIENT, RST).wait(.01).segment(CLIENT, RST)


# ---- N9 ----

@scene("half_open warn likely")
def n9_vanished(c):
    t = talk(c).talk(HELLO).wait(.01).send(CLIENT, b"MAIL FROM:<a@example.org>\r\n")
    for i in range(6):
        t.wait(.5 * 2 ** i).again(CLIENT, 27)


@scene("half_open warn likely")
def n9_forgotten(c):
    t = talk(c).talk(HELLO).wait(400).send(CLIENT, b"MAIL FROM:<a@example.org>\r\n")
    for i in range(6):
        t.wait(.5 * 2 ** i).again(CLIENT, 27)
    return "silent for 6 min"


@scene("half_open warn likely")
def n9_unacknowledged_ten_minutes(c):
    talk(c).talk(HELLO).wait(.01).send(CLIENT, b"MAIL FROM:<a@example.org>\r\n")
    later(c, 700)


@scene()
def n9_capture_ends_at_once(c):
    talk(c).talk(HELLO).wait(.01).send(CLIENT, b"MAIL FROM:<a@example.org>\r\n").wait(.3).again(CLIENT, 27)


@scene()
def n9_idle_and_acknowledged(c):
    talk(c).talk(HELLO)
    later(c, 700)


# ---- N10 ----

def delayed(c, times, gap=.04, answer=False):
    t = talk(c).talk(ENVELOPE)
    for i in range(times + 1):
        t.send(CLIENT, b"line\r\n").wait(gap)
        t.ack(SERVER).wait(.0005)
    return t.talk(END + QUIT).close(CLIENT)


@scene("nagle_delack info likely")
def n10_forty_ms(c):
    delayed(c, 4)


@scene("nagle_delack info likely")
def n10_two_hundred_ms(c):
    delayed(c, 4, .2)


@scene()
def n10_twice(c):
    delayed(c, 1)


@scene()
def n10_far_away(c):
    delayed(c, 5, .12)


# ---- N11 ----

def behind(c, n, client="10.0.0.1", names=8):
    for i in range(n):
        text = MAIL.replace("mx.example.org", f"mx{i % names}.o{i % names}.example").replace("<1@", f"<{i}@")
        talk(c, i * 5, client).talk(text).close(CLIENT)


@scene("same_source_all warn likely")
def n11_proxy(c):
    behind(c, 8)


@scene()
def n11_public_address(c):
    behind(c, 8, "203.0.113.5")


@scene()
def n11_one_name(c):
    behind(c, 8, names=1)


@scene()
def n11_another_client_too(c):
    behind(c, 8)
    whole(c, 100)


# ---- T1 ----

def slow_greeting(c, seconds):
    t = talk(c).wait(seconds)
    return t.talk(MAIL).close(CLIENT)


@scene("slow_banner warn sure")
def t1_seven_seconds(c):
    slow_greeting(c, 7)


@scene("slow_banner error sure")
def t1_resolver(c):
    slow_greeting(c, 35)
    return "multiple of 5 s"


@scene()
def t1_four_seconds(c):
    slow_greeting(c, 4)


@scene("slow_banner warn sure")
def t1_teaser(c):
    talk(c).talk("S: 220-mx.example.net ESMTP\n6.2\n" + MAIL).close(CLIENT)
    return "pause on purpose"


# ---- T2 ----

@scene("no_banner warn likely")
def t2_client_left(c):
    talk(c).wait(20).close(CLIENT)


@scene()
def t2_probe(c):
    talk(c).wait(.3).close(CLIENT)


@scene("no_banner warn likely")
def t2_never_closed(c):
    """Nobody says a word, and nobody leaves, to the end of the capture."""
    talk(c)
    later(c, 60)


@scene("no_banner warn likely")
def t2_idle_for_long(c):
    talk(c)
    later(c, 1200)
    later(c, 1300)


@scene()
def t2_capture_ends_soon(c):
    talk(c)
    later(c, 3)


@scene("no_banner warn likely", "wrong_tls_mode error likely")
def t2_port_465(c):
    talk(c, port=465)
    later(c, 60)


@scene("no_banner warn likely")
def t2_client_speaks_to_nobody(c):
    talk(c).wait(5).c("EHLO mx.example.org")
    later(c, 60)


# ---- T3 ----

def refusals(c, pause, good=.01, n=4):
    lines = HELLO + "\nC: MAIL FROM:<a@example.org>\n%g\nS: 250 ok" % good
    for i in range(n):
        lines += "\nC: RCPT TO:<b%d@example.net>\n%g\nS: 550 5.1.1 no such user" % (i, pause)
    return talk(c).talk(lines + QUIT).close(CLIENT)


@scene("tarpit warn hint", "no_valid_recipients info sure")
def t3_error_delay(c):
    refusals(c, 1.0)


@scene("no_valid_recipients info sure")
def t3_half_a_second(c):
    refusals(c, .5)


@scene("no_valid_recipients info sure")
def t3_twice(c):
    refusals(c, 1.5, n=2)


@scene("no_valid_recipients info sure")
def t3_all_slow_but_apart(c):
    refusals(c, 1.5, good=.8)


# ---- T4 ----

def slow(c, rcpt=.01, verdict=.01):
    lines = MAIL.replace("C: RCPT TO:<b@example.net>\n", "C: RCPT TO:<b@example.net>\n%g\n" % rcpt)
    return talk(c).talk(lines.replace("C: .\n", "C: .\n%g\n" % verdict)).close(CLIENT)


@scene("slow_reply warn likely")
def t4_rcpt(c):
    slow(c, rcpt=12)


@scene("slow_reply warn likely")
def t4_verdict(c):
    slow(c, verdict=70)


@scene()
def t4_rcpt_nine_seconds(c):
    slow(c, rcpt=9)


@scene()
def t4_verdict_half_a_minute(c):
    slow(c, verdict=30)


# ---- T5 ----

@scene("client_gave_up warn sure")
def t5_after_a_minute(c):
    talk(c).talk(HELLO + "\nC: MAIL FROM:<a@example.org>\n60").close(CLIENT)
    return "5 min.*60 s"


@scene()
def t5_after_a_blink(c):
    talk(c).talk(HELLO + "\nC: MAIL FROM:<a@example.org>\n0.5").close(CLIENT)


@scene()
def t5_answered(c):
    talk(c).talk(HELLO + "\nC: MAIL FROM:<a@example.org>\nS: 250 ok\n60").close(CLIENT)


# ---- T6 ----

@scene("idle_timeout warn sure")
def t6_421(c):
    talk(c).talk(HELLO + "\n300\nS: 421 4.4.2 mx.example.net Error: timeout exceeded").close(SERVER)


@scene("idle_timeout warn sure")
def t6_fin(c):
    talk(c).talk(HELLO + "\n300").close(SERVER)


@scene()
def t6_soon(c):
    talk(c).talk(HELLO + "\n20\nS: 421 4.3.2 going down").close(SERVER)


@scene()
def t6_client_left(c):
    talk(c).talk(HELLO + "\n300").close(CLIENT)


# ---- T7 ----

@scene("stalled_data info likely")
def t7_pause(c):
    talk(c).talk(ENVELOPE + TEXT + "\n40\nC: more" + END + QUIT).close(CLIENT)


@scene()
def t7_twenty_seconds(c):
    talk(c).talk(ENVELOPE + TEXT + "\n20\nC: more" + END + QUIT).close(CLIENT)


@scene("zero_window warn sure")
def t7_window_shut(c):
    shut(c, 40)


# ---- D1 ----

@scene("lost_in_data warn sure")
def d1_reset(c):
    talk(c).talk(ENVELOPE + TEXT).reset(CLIENT)


@scene()
def d1_before_354(c):
    talk(c).talk(ENVELOPE.replace("\nS: 354 go on", "").replace("\nC: DATA", "")).reset(CLIENT)


@scene()
def d1_capture_ends(c):
    talk(c).talk(ENVELOPE + TEXT)


# ---- D2, D3 ----

@scene("lost_after_eod warn sure")
def d2_no_verdict(c):
    talk(c).talk(ENVELOPE + TEXT + "\nC: .").reset(CLIENT)


@scene()
def d2_verdict(c):
    talk(c).talk(ENVELOPE + TEXT + END).reset(CLIENT)


@scene()
def d2_capture_ends(c):
    talk(c).talk(ENVELOPE + TEXT + "\nC: .")


@scene("late_accept warn sure", "slow_reply warn likely")
def d3_client_gone(c):
    t = talk(c).talk(ENVELOPE + TEXT + "\nC: .").wait(60).segment(CLIENT, FIN | ACK)
    t.wait(.01).ack(SERVER).wait(5).send(SERVER, b"250 2.0.0 Ok: queued as 4AB12\r\n").wait(.01).segment(CLIENT, RST)


@scene()
def d3_half_closed(c):
    t = talk(c).talk(ENVELOPE + TEXT + "\nC: .").segment(CLIENT, FIN | ACK)
    t.wait(.01).ack(SERVER).wait(.5).send(SERVER, b"250 2.0.0 Ok: queued as 4AB12\r\n").wait(.01).ack(CLIENT)
    t.segment(SERVER, FIN | ACK).wait(.01).ack(CLIENT)


# ---- D4 ----

NAMELESS = TEXT.replace("C: Message-ID: <1@example.org>\n", "C: Date: Sat, 31 Jan 2026 12:00:00 +0000\n")


@scene("duplicate warn hint", "duplicate warn likely", "lost_after_eod warn sure")
def d4_named(c):
    talk(c).talk(ENVELOPE + TEXT + "\nC: .").reset(CLIENT)
    talk(c, 300).talk(MAIL).close(CLIENT)
    talk(c, 600).talk(MAIL).close(CLIENT)


@scene("duplicate warn hint", "lost_after_eod warn sure")
def d4_nameless_in_doubt(c):
    talk(c).talk(ENVELOPE + NAMELESS + "\nC: .").reset(CLIENT)
    talk(c, 300).talk(ENVELOPE + NAMELESS + END + QUIT).close(CLIENT)


@scene("duplicate warn likely", "late_accept warn sure", "slow_reply warn likely")
def d4_nameless_late(c):
    d3 = talk(c).talk(ENVELOPE + NAMELESS + "\nC: .").wait(60).segment(CLIENT, FIN | ACK)
    d3.wait(.01).ack(SERVER).wait(5).send(SERVER, b"250 2.0.0 Ok: queued as 4AB12\r\n").wait(.01).segment(CLIENT, RST)
    talk(c, 300).talk(ENVELOPE + NAMELESS + END + QUIT).close(CLIENT)


@scene("duplicate warn likely")
def d4_nameless_twice(c):
    for i in range(2):
        talk(c, 300 * i).talk(ENVELOPE + NAMELESS + END + QUIT).close(CLIENT)


@scene()
def d4_nameless_other_text(c):
    for word in "Hello", "Adieu":
        talk(c, 300 * (word == "Adieu")).talk(ENVELOPE + NAMELESS.replace("Hello", word) + END + QUIT).close(CLIENT)


@scene()
def d4_nameless_longer(c):
    talk(c, 0).talk(ENVELOPE + NAMELESS + END + QUIT).close(CLIENT)
    talk(c, 300).talk(ENVELOPE + NAMELESS + "\nC: Hello" + END + QUIT).close(CLIENT)


@scene()
def d4_undated_twice(c):
    """Programs write the same words each time."""
    for i in range(2):
        talk(c, 300 * i).talk(ENVELOPE + "\nC: Subject: Hello\nC:\nC: Hello" + END + QUIT).close(CLIENT)


@scene("duplicate warn hint", "lost_after_eod warn sure")
def d4_undated_in_doubt(c):
    talk(c).talk(ENVELOPE + "\nC: Subject: Hello\nC:\nC: Hello\nC: .").reset(CLIENT)
    talk(c, 300).talk(ENVELOPE + "\nC: Subject: Hello\nC:\nC: Hello" + END + QUIT).close(CLIENT)


@scene()
def d4_nameless_after_a_day(c):
    for i in range(2):
        talk(c, 86500 * i).talk(ENVELOPE + NAMELESS + END + QUIT).close(CLIENT)


# ---- D5, D6 ----

TWO = ENVELOPE.replace("C: DATA", "C: RCPT TO:<c@example.net>\nS: 550 5.1.1 no such user\nC: DATA")


@scene("partial_recipients info sure")
def d5_one_of_two(c):
    talk(c).talk(TWO + TEXT + END + QUIT).close(CLIENT)


@scene()
def d5_message_refused(c):
    talk(c).talk(TWO + TEXT + "\nC: .\nS: 554 5.7.1 spam" + QUIT).close(CLIENT)


@scene("no_valid_recipients info sure")
def d6_none(c):
    talk(c).talk(HELLO + "\nC: MAIL FROM:<a@example.org>\nS: 250 ok\nC: RCPT TO:<b@example.net>\nS: 550 5.1.1 no such user" + QUIT).close(CLIENT)


@scene()
def d6_mail_refused(c):
    talk(c).talk(HELLO + "\nC: MAIL FROM:<a@example.org>\nS: 550 5.1.8 sender" + QUIT).close(CLIENT)


# ---- G1, G2, G3 ----

GREY = HELLO + """
C: MAIL FROM:<a@example.org> SIZE=900
S: 250 ok
C: RCPT TO:<b@example.net>
S: 450 4.2.0 <b@example.net>: Recipient address rejected: Greylisted""" + QUIT
SIZED = MAIL.replace("C: MAIL FROM:<a@example.org>", "C: MAIL FROM:<a@example.org> SIZE=900")
GREYLISTED = ["no_valid_recipients info sure"]


@scene("greylist_pass info sure", *GREYLISTED)
def g1_pass(c):
    talk(c, 0).talk(GREY).close(CLIENT)
    talk(c, 400).talk(SIZED.replace("SIZE=900", "")).close(CLIENT)


@scene("greylist_no_retry warn likely", *GREYLISTED)
def g2_no_retry(c):
    talk(c, 0).talk(GREY).close(CLIENT)
    later(c, 4 * 3600 + 60)


@scene(*GREYLISTED)
def g2_capture_too_short(c):
    talk(c, 0).talk(GREY).close(CLIENT)
    later(c, 3 * 3600)


def pool(c, *clients):
    for i, client in enumerate(clients):
        talk(c, 400 * i, client).talk(GREY).close(CLIENT)


@scene("greylist_pool warn likely", *GREYLISTED * 2)
def g3_two_networks(c):
    pool(c, A, B)


@scene("greylist_pool warn likely", *GREYLISTED * 3)
def g3_three_networks(c):
    pool(c, A, B, C)


@scene("greylist_pool warn likely", *GREYLISTED * 3)
def g3_there_and_back(c):
    pool(c, A, A2, B)


@scene(*GREYLISTED * 3)
def g3_neighbours(c):
    pool(c, A, A2, A)


@scene("size_mismatch info sure", *GREYLISTED)
def g3_other_network_passes(c):
    talk(c, 0).talk(GREY).close(CLIENT)
    talk(c, 400, B).talk(SIZED).close(CLIENT)


# ---- G4, G5, G6 ----

def storm(c, gap, n=5, words="421 4.7.0 Too many connections from your host"):
    for i in range(n):
        talk(c, i * gap).talk("S: " + words).close(SERVER)


@scene("retry_storm warn likely")
def g4_storm(c):
    storm(c, 60)


@scene()
def g4_four(c):
    storm(c, 60, 4)


@scene()
def g4_slow(c):
    storm(c, 200)


@scene()
def g4_refused_for_good(c):
    storm(c, 60, words="554 5.7.1 No SMTP service for you")


def rounds(c, n, grow=1):
    for i in range(n):
        hops = "".join(f"\nC: Received: from x{k} by y{k}; Sat, 31 Jan 2026 12:00:00 +0000" for k in range(1 + i * grow))
        ends = ((A, S), (S, A))[i % 2]
        talk(c, 20 * i, *ends).talk(ENVELOPE + hops + TEXT + END + QUIT).close(CLIENT)


@scene("mail_loop warn likely")
def g5_three_rounds(c):
    rounds(c, 3)


@scene()
def g5_two_rounds(c):
    rounds(c, 2)


@scene()
def g5_same_message_to_three(c):
    for i in range(3):
        talk(c, 20 * i).talk(MAIL.replace("b@", f"b{i}@")).close(CLIENT)


@scene("no_quit info likely", "no_tls info sure")
def g6_no_quit(c):
    talk(c).talk(ENVELOPE + TEXT + END).close(CLIENT)


@scene("no_tls info sure")
def g6_quit(c):
    whole(c)


# ---- M1, M3, M4, M6 ----

@scene("cisco_smtp_fixup error sure")
def m1_greeting(c):
    talk(c).talk(MAIL.replace("220 mx.example.net ESMTP", "220 ************2****0*** ****")).close(CLIENT)


@scene(findings=["starttls_stripped"])
def m1_keyword(c):
    """A finding tells it alone."""
    talk(c).talk(MAIL.replace("S: 250-SIZE", "S: 250-XXXXXXXA\nS: 250-SIZE")).close(CLIENT)


@scene("cisco_smtp_fixup error sure")
def m1_command(c):
    talk(c).talk(HELLO + "\nC: XXXX mx.example.org\nS: 500 5.5.1 what" + MAIL[len(HELLO):]).close(CLIENT)


@scene()
def m1_few_stars(c):
    talk(c).talk(MAIL.replace("220 mx.example.net ESMTP", "220 *** welcome ***")).close(CLIENT)


@scene()
def m1_own_extension(c):
    talk(c).talk(MAIL.replace("S: 250-SIZE", "S: 250-XCLIENT NAME ADDR\nS: 250-SIZE")).close(CLIENT)


def dot_in_pieces(c, at, lost=True):
    t = talk(c, at).talk(ENVELOPE + TEXT)
    t.send(CLIENT, b".").wait(.01).ack(SERVER).send(CLIENT, b"\r\n").wait(.01).ack(SERVER)
    if lost:
        t.wait(300).reset(CLIENT)
    else:
        t.talk(END.replace("C: .\n", "") + QUIT).close(CLIENT)


@scene("eod_split warn likely", "lost_after_eod warn sure", "lost_after_eod warn sure", "client_gave_up warn sure", "client_gave_up warn sure")
def m3_twice(c):
    dot_in_pieces(c, 0)
    dot_in_pieces(c, 400)


@scene("lost_after_eod warn sure", "client_gave_up warn sure")
def m3_once(c):
    dot_in_pieces(c, 0)


@scene("lost_after_eod warn sure", "client_gave_up warn sure", "duplicate warn hint")
def m3_answered_between(c):
    dot_in_pieces(c, 0)
    dot_in_pieces(c, 400, False)


def lists(c, *turns):
    """Each turn: client, and whether it is offered DSN."""
    for i, (client, dsn) in enumerate(turns):
        text = MAIL.replace("<1@", f"<{i}@").replace("S: 250-SIZE", "S: 250-DSN\nS: 250-SIZE" if dsn else "S: 250-SIZE")
        talk(c, 60 * i, client).talk(text).close(CLIENT)


@scene("keyword_change info hint")
def m4_two_networks(c):
    lists(c, (A, True), (B, False))


@scene("keyword_change info hint")
def m4_by_turns(c):
    lists(c, (A, True), (B, False), (A, True), (B, False))


@scene()
def m4_one_network(c):
    lists(c, (A, True), (A2, False))


@scene()
def m4_changed_for_all(c):
    lists(c, (A, True), (B, False), (A, False))


@scene()
def m4_other_value(c):
    for i, client in enumerate((A, B)):
        talk(c, 60 * i, client).talk(MAIL.replace("<1@", f"<{i}@").replace("1000000", str(i + 5) + "000000")).close(CLIENT)


@scene("proxy_header warn sure")
def m6_refused(c):
    talk(c).talk("S: 220 mx.example.net ESMTP\nC: PROXY TCP4 203.0.113.1 192.0.2.25 56324 25\nS: 502 5.5.2 command not recognized"
                 + MAIL[len("S: 220 mx.example.net ESMTP"):]).close(CLIENT)


@scene()
def m6_taken(c):
    talk(c).c("PROXY TCP4 203.0.113.1 192.0.2.25 56324 25").talk(MAIL).close(CLIENT)


# ---- P5, P6, P7 ----

def sized(c, declared):
    talk(c).talk(MAIL.replace("MAIL FROM:<a@example.org>", f"MAIL FROM:<a@example.org> SIZE={declared}")).close(CLIENT)


@scene("size_mismatch info sure")
def p5_far_off(c):
    sized(c, 900)


@scene()
def p5_near(c):
    sized(c, 58)


@scene("size_mismatch info sure")
def p5_over_the_limit(c):
    talk(c).talk(MAIL.replace("SIZE 1000000", "SIZE 10")).close(CLIENT)


def raw(c, data, mail="C: MAIL FROM:<a@example.org>"):
    t = talk(c).talk(ENVELOPE.replace("C: MAIL FROM:<a@example.org>", mail) + TEXT).send(CLIENT, data).wait(.01).ack(SERVER)
    t.talk(END + QUIT).close(CLIENT)


@scene("line_too_long info sure")
def p6_long_line(c):
    raw(c, b"x" * 1001 + b"\r\n")


@scene()
def p6_998(c):
    raw(c, b"x" * 998 + b"\r\n")


@scene("eight_bit info sure")
def p6_eight_bit(c):
    raw(c, "Grüße\r\n".encode())


@scene()
def p6_declared(c):
    raw(c, "Grüße\r\n".encode(), "C: MAIL FROM:<a@example.org> BODY=8BITMIME")


@scene("bare_lf info sure")
def p6_bare_lf(c):
    raw(c, b"one\ntwo\r\n")


@scene("nul info sure")
def p6_nul(c):
    raw(c, b"one\0two\r\n")


RELAY = """
C: MAIL FROM:<a@example.org>
S: 250 ok
C: RCPT TO:<b@example.net>
S: 554 5.7.1 <b@example.net>: Relay access denied"""


@scene("auth_not_used info likely", "no_valid_recipients info sure")
def p7_offered(c):
    talk(c, port=587).talk(HELLO.replace("S: 250-SIZE", "S: 250-AUTH PLAIN\nS: 250-SIZE") + RELAY + QUIT).close(CLIENT)


@scene("no_valid_recipients info sure")
def p7_not_offered(c):
    talk(c).talk(HELLO + RELAY + QUIT).close(CLIENT)


@scene("no_valid_recipients info sure")
def p7_tried(c):
    talk(c, port=587).talk(HELLO.replace("S: 250-SIZE", "S: 250-AUTH PLAIN\nS: 250-SIZE") +
                           "\nC: AUTH PLAIN AGEAYg==\nS: 535 5.7.8 no" + RELAY + QUIT).close(CLIENT)


# ---- N12, A9, A10 stand in stories.py and senders.py

def run(program, path, workers):
    out = subprocess.run([program, "log", "-q", "-e", "all", "--workers", workers, "-r", path], stdout=subprocess.PIPE, check=True)
    return out.stdout.decode()


def check(program, path, told, findings, words):
    text = run(program, path, "1")
    if text != run(program, path, "3"):
        yield "three workers tell something else"
    events = [json.loads(line) for line in text.splitlines()]
    leave = USUAL - {t.split()[0] for t in told}
    seen = [e for e in events if e["event"] == "diagnosis" and e["diagnosis"] not in leave]
    got = sorted("%(diagnosis)s %(severity)s %(confidence)s" % e for e in seen)
    if got != told:
        yield f"told {got}, not {told}" + "".join("\n    " + e["diagnosis"] + ": " + e["text"] for e in seen)
    if words and not any(re.search(words, e["text"]) for e in seen):
        yield f"nothing says /{words}/: {[e['text'] for e in seen]}"
    drawn = {e["detector"] for e in events if e["event"] == "finding"}
    if not set(findings) <= drawn:
        yield f"findings {drawn}, without {set(findings) - drawn}"
    last = max(e.get("frames", {}).get("last", 0) for e in events)
    for e in seen:
        if "frames" in e and not 1 <= e["frames"]["first"] <= e["frames"]["last"] <= last:
            yield f"{e['diagnosis']} rests on packets {e['frames']}"


def main():
    program, failed = sys.argv[1], 0
    only = set(sys.argv[2:])
    with tempfile.TemporaryDirectory() as folder:
        for name, make, told, findings in scenes:
            if only and name not in only:
                continue
            capture, path = Capture(), os.path.join(folder, name + ".pcap")
            words = make(capture)
            capture.write(path)
            for wrong in check(program, path, told, findings, words):
                failed += 1
                print(f"threes: {name}: {wrong}")
    print(f"threes: {len(scenes)} scenes, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
