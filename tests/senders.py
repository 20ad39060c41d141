#!/usr/bin/env python3
"""senders.py - findings over many sessions, with several workers, and in the report: senders.py SMTPSCOPE

Reads the capture of attack.py with 1, 2 and 7 workers: the findings must be the same octets, and those that are named
below must be among them.  Then adds the findings up, and compares with what `report senders` tells, as JSON, text and page:
rows and scores, the points of each rule, sections, fingerprints, sessions; and what `list findings` tells when it is asked for
some of them.  Ends with 1 when anything differs."""
import collections
import csv
import html
import io
import ipaddress
import json
import os
import re
import shlex
import subprocess
import sys
import tempfile

import attack

HOME = ('--home', '192.0.2.0/24,example.org')
WORKERS = ('1', '2', '7')
DUE = {
    ('recipient_harvest', '203.0.113.7'), ('auth_guessing', '203.0.113.8'), ('relay_probe', '203.0.113.9'),
    ('auth_spray', 'user3'), ('helo_churn', '203.0.113.10'), ('no_mail_sessions', '203.0.113.11'),
    ('connection_flood', '203.0.113.11'), ('starttls_stripped', '192.0.2.25:25'),
}
HONEST = {'198.51.100.%d' % i for i in range(1, 16)}


def run(program, capture, *words):
    return subprocess.run([program, *words, '-q', '-r', capture, *HOME], capture_output=True, check=True).stdout


def same(program, capture, wrong, *words):
    outputs = [run(program, capture, *words, '--workers', n) for n in WORKERS]
    wrong += ['%s differs with %s workers' % (' '.join(words), n) for n, o in zip(WORKERS, outputs) if o != outputs[0]]
    return outputs[0]


def sums(lines):
    """Who drew which rule, and how many findings."""
    drew, told = collections.defaultdict(set), collections.defaultdict(int)
    for line in lines:
        f = json.loads(line)
        if f['state'] != 'over':
            who = f['subject']['kind'], f['subject']['value']
            drew[f['detector']].add(who)
            told[who] += 1
    return drew, told


def compare(report, drew, told, wrong):
    acts = {row['rule']: row for row in report['acts']['rows']}
    rows = {(row['kind'], row['value']): row for row in report['suspects']['rows']}
    if set(acts) != set(drew):
        wrong.append('rules of the report: %s, of the events: %s' % (sorted(acts), sorted(drew)))
    for rule in set(acts) & set(drew):
        if acts[rule]['sources'] != len(drew[rule]):
            wrong.append('%s: %d sources in the report, %d in events' % (rule, acts[rule]['sources'], len(drew[rule])))
    for who, row in rows.items():
        if row['findings'] != told[who]:
            wrong.append('%s: %d findings in the report, %d events' % (who[1], row['findings'], told[who]))


def scores(report, findings, wrong):
    """Each rule's points, and their sums, computed anew from the events by the weights that the report prints."""
    weights = {(row['severity'], row['rule']): row['points'] for row in report['weights']['rows']}
    points = collections.defaultdict(dict)
    for f in findings:
        rules = points[f['subject']['kind'], f['subject']['value']]
        weight = weights.get(('any', f['detector'])) or weights[f['severity'], 'all others']
        worth = (weight * f['confidence'] + 50) // 100
        rules[f['detector']] = max(worth, rules.get(f['detector'], 0))
    for row in report['suspects']['rows']:
        due = min(100, sum(points[row['kind'], row['value']].values()))
        if row['score'] != due:
            wrong.append('%s has score %d, the events make it %d' % (row['value'], row['score'], due))
    for row in report['rules']['rows']:
        due = points[row['kind'], row['who']].get(row['rule'])
        if row['points'] != due:
            wrong.append('%s of %s: %s points, the events make it %s' % (row['rule'], row['who'], row['points'], due))


def sources_of(event):
    """Whom an event is counted for: its client and network, the user, the sender's domain."""
    address = ipaddress.ip_address(event['client']['ip'])
    yield 'client', str(address)
    yield 'network', str(ipaddress.ip_network((address, 24 if address.version == 4 else 64), strict=False))
    if event['event'] != 'session':
        yield 'user', event.get('auth_user', event.get('user', '')).lower()
    if event['event'] == 'transaction':
        yield 'domain', event.get('mail_from', '').rpartition('@')[2].lower()


def deeds(report, events, wrong):
    """What each source did, counted anew from sessions, transactions and logins."""
    count, names = collections.defaultdict(collections.Counter), collections.defaultdict(set)
    minutes = collections.defaultdict(collections.Counter)
    for x in events:
        for who in sources_of(x):
            if x['event'] == 'session':
                count[who]['session_count'] += 1
                minutes[who][x['ts'][:16]] += 1
                names[who, 'helos'].add(x.get('helo', {}).get('name', ''))
            elif x['event'] == 'auth':
                count[who]['logins'] += 1
                count[who]['failed_logins'] += x['outcome'] == 'failed'
                names[who, 'users'].add(x.get('user', ''))
            else:
                due = [r['outcome'] for r in x['recipients'] if 'rcpt_to' in r]
                count[who]['recipients'] += len(due)
                count[who]['accepted'] += due.count('accepted')
                count[who]['refused'] += due.count('deferred') + due.count('rejected')
                names[who, 'helos'].add(x.get('helo', ''))
                names[who, 'users'].add(x.get('auth_user', ''))
                names[who, 'domains'].add(x.get('mail_from', '').rpartition('@')[2])
    for row in report['suspects']['rows']:
        who = row['kind'], row['value']
        for key in 'session_count', 'recipients', 'accepted', 'refused', 'logins', 'failed_logins':
            if key in row and row[key] != count[who][key]:
                wrong.append('%s: %s %d, the events make it %d' % (who[1], key, row[key], count[who][key]))
        for key in 'helos', 'users', 'domains':
            if key in row and row[key] != min(16, len({n.lower() for n in names[who, key]} - {''})):
                wrong.append('%s: %s %d, the events make it %s' % (who[1], key, row[key], names[who, key]))
        if 'busiest_minute' in row and row['busiest_minute'] != max(minutes[who].values()):
            wrong.append('%s: %d sessions in its busiest minute, the events make it %s' % (who[1], row['busiest_minute'], minutes[who]))
        if row['kind'] == 'client' and ('session_count' not in row or 'counted_from' in row or 'network' not in row):
            wrong.append('%s: what it did is not told' % who[1])


def habits(report, wrong):
    told = {(r['client'], r['habit']): r['count'] for r in report.get('habits', {}).get('rows', ())}
    due = {('203.0.113.13', 'withdrawn'): 12, ('203.0.113.13', 'helo_changes'): 1, ('203.0.113.13', 'named_as_other'): 1}
    if told != due:
        wrong.append('habits: %s' % told)


def cards(program, report, findings, wrong):
    """Each rule of each source: from when to when, in which packets, its limit, and once why it may be innocent."""
    spans, told = collections.defaultdict(list), set()
    for f in findings:
        spans[f['subject']['kind'], f['subject']['value'], f['detector']].append(f)
    for row in report['rules']['rows']:
        of = spans[row['kind'], row['who'], row['rule']]
        due = of[0]['ts'], of[-1]['ts'], '%d-%d' % (of[0]['frames']['first'], of[-1]['frames']['last'])
        if due != (row['first'], row['last'], row['frames']) or not any(f['count'] == row['observed'] and f['text'] == row['text'] and
                                                                        f['threshold'] == row['limit'] for f in of):
            wrong.append('%s of %s: %s, the events make it %s' % (row['rule'], row['who'], row, due))
        if ('innocent' in row) != (row['rule'] not in told):
            wrong.append('%s of %s: why it may be innocent is told %s' % (row['rule'], row['who'], 'innocent' in row))
        told.add(row['rule'])
        words = ' '.join(subprocess.run([program, 'explain', row['rule']], capture_output=True, check=True).stdout.decode().split())
        if 'innocent' in row and row['innocent'] not in words:
            wrong.append('%s: explain does not say: %s' % (row['rule'], row['innocent']))
        for limit in [r for r in report['limits']['rows'] if r['rule'] == row['rule']]:
            if '%s.%s=%d %s' % (limit['rule'], limit['limit'], limit['standard'], limit['unit']) not in words:
                wrong.append('%s: explain does not say %s' % (row['rule'], limit))


def blind(program, capture, report, wrong):
    """What could not be judged: less when more is told, and limits that were set stand in the method."""
    told = {row['why'] for row in report['not_judged']['rows']}
    bare = subprocess.run([program, 'report', 'senders', '-f', 'json', '-q', '-r', capture, '--detector', 'helo_churn.names=7'],
                          capture_output=True, check=True).stdout
    more = json.loads(bare)
    without = {row['why'] for row in more['not_judged']['rows']} - told
    if len([why for why in without if '--home' in why]) != 2 or any('--home' in why for why in told):
        wrong.append('not judged: %s, and without --home %s' % (told, without))
    limits = {(r['rule'], r['limit']): r['value'] for r in more['limits']['rows']}
    if limits['helo_churn', 'names'] != 7 or limits['helo_churn', 'window'] != 3600:
        wrong.append('limits: %s' % limits)


def changes(program, capture, report, work, wrong):
    """Against an earlier report: by itself nothing has changed; against its beginning, what the two reports differ in."""
    def against(path, *words):
        return json.loads(run(program, capture, 'report', *(words or ('senders',)), '-f', 'json', '--compare', path))
    old, other = os.path.join(work, 'old.json'), os.path.join(work, 'other.json')
    run(program, capture, 'report', 'senders', '-f', 'json', '-o', old, '--until', '2026-01-01T00:03:00')
    run(program, capture, 'report', 'senders', '-f', 'json', '-o', other)
    count = len(report['suspects']['rows'])
    same = against(other)
    if same['change']['rows'][0] != dict(same['change']['rows'][0], new=0, unlisted=0, higher=0, lower=0, same=count, gone=0) or 'changes' in same:
        wrong.append('against itself: %s' % same['change'])
    before = {(r['kind'], r['value']): r['score'] for r in json.load(open(old))['suspects']['rows']}
    now = {(r['kind'], r['value']): r['score'] for r in report['suspects']['rows']}
    before['client', '198.18.0.1 "\\ \u202e'] = 40  # one that is gone, with marks
    before.pop(('client', '203.0.113.8')), before.update({('client', '203.0.113.7'): 1})
    text = json.load(open(old))
    text['suspects']['rows'] = [{'kind': k, 'value': v, 'score': s} for (k, v), s in sorted(before.items(), key=lambda x: -x[1])]
    with open(old, 'w') as out:
        json.dump(text, out, indent=1)
    told = {(r['kind'], r['value']): (r['change'], r.get('score'), r.get('before')) for r in against(old)['changes']['rows']}
    due = {w: ('new', s, None) if w not in before else ('higher' if s > before[w] else 'lower', s, before[w])
           for w, s in now.items() if before.get(w) != s}
    due.update({w: ('gone', None, s) for w, s in before.items() if w not in now})
    if told != due:
        wrong.append('changes: the report says %s, the two reports %s' % (told, due))
    if ('client', '203.0.113.8') not in told or told['client', '203.0.113.7'][0] != 'higher':
        wrong.append('changes: %s' % told)
    failures = against(old, 'failures')
    rows = {r['outcome']: (r['now'], r['before']) for r in failures['compared']['rows']}
    due = {k: (n, text['recipients']['outcomes'][k]) for k, n in failures['recipients']['outcomes'].items() if n or text['recipients']['outcomes'][k]}
    if rows != due:
        wrong.append('recipients compared: %s instead of %s' % (rows, due))
    for bad in b'', b'{}', b'{"report":"senders"', b'[' * 100, b'{"report":"x"}]', b'\xd4\xc3\xb2\xa1' * 100, b'"report"':
        with open(other, 'wb') as out:
            out.write(bad)
        done = subprocess.run([program, 'report', '-q', '-r', capture, '--compare', other], capture_output=True, check=False)
        if done.returncode != 2 or b'no report in JSON' not in done.stderr:
            wrong.append('--compare with %r: exit %d, %r' % (bad[:20], done.returncode, done.stderr))


def verdict(report, wrong):
    row, told = report['suspicion']['rows'][0], [r['score'] for r in report['suspects']['rows']]
    due = {'abusive': sum(s >= 60 for s in told), 'doubtful': sum(30 <= s < 60 for s in told), 'all': len(told)}
    if len(told) < 100 and any(row[k] != n for k, n in due.items()) or report['suspects']['rows'][0]['value'] not in row['worst']:
        wrong.append('verdict: %s, the scores make it %s' % (row, due))


def prints(report, sessions, suspects, wrong):
    """Fingerprints: sessions, clients, and those of them that drew findings."""
    count, clients = collections.Counter(), collections.defaultdict(set)
    for x in sessions:
        for kind, print_ in ('dialect', x.get('dialect')), ('ja4', x.get('tls', {}).get('ja4')):
            if print_:
                count[kind, print_] += 1
                clients[kind, print_].add(x['client']['ip'])
    due = {k: (count[k], min(64, len(c)), len(c & suspects)) for k, c in clients.items() if c & suspects}
    told = {(r['kind'], r['print']): (r['count'], r['clients'], r['suspects'])
            for r in report.get('fingerprints', {}).get('rows', ())}
    if told != due:
        wrong.append('fingerprints: the report says %s, the events %s' % (told, due))


def content(report, wrong):
    told = [(r['name'], r['sign'], r['count']) for r in report.get('attachments', {}).get('rows', ())]
    if told != [('invoice.pdf.exe', 'double extension', 1), ('terms.zip', 'encrypted archive', 1)]:
        wrong.append('attachments: %s' % told)
    told = [(r['link'], r['client'], r['count']) for r in report.get('disguised_links', {}).get('rows', ())]
    if told != [('www.bank.example leads to login.example.net', '203.0.113.12', 1)]:
        wrong.append('disguised links: %s' % told)


def forms(program, capture, report, wrong):
    """What JSON tells of the highest scores, the text and the page tell, too; and a report is called what was asked for."""
    text = ' '.join(run(program, capture, 'report', 'senders').decode().split())
    page = ' '.join(html.unescape(run(program, capture, 'report', 'senders', '-f', 'html').decode()).split())
    worst = report['suspicion']['rows'][0]
    bad = '%d source%s' % (worst['abusive'], ' is' if worst['abusive'] == 1 else 's are') if worst['abusive'] else 'No source is'
    says = bad + ' very likely abusive (score 60 and more), %d %s worth a look' % (worst['doubtful'], 'is' if worst['doubtful'] == 1 else 'are')
    for row in report['rules']['rows'][:1]:
        for form, words in ('text', text), ('page', page):
            if says not in words or '%s: %s' % (row['who'], row['text']) not in words:
                wrong.append('the %s does not begin with what is worst' % form)
    for row in report['suspects']['rows'][:10]:
        for form, words in ('text', text), ('page', page):
            if row['value'] not in words:
                wrong.append('%s is not in the %s' % (row['value'], form))
    for row in report['acknowledged']['rows'] + report.get('fingerprints', {}).get('rows', []):
        value = row.get('value') or row['print']
        if value not in text or value not in page:
            wrong.append('%s is not in text or page' % value)
    for words, name, parts in (('senders',), 'senders', 1), (('tls',), 'tls', 1), (('senders', 'tls'), 'senders', 2), ((), 'failures', 4):
        other = json.loads(run(program, capture, 'report', *words, '-f', 'json'))
        if other['report'] != name or len(other['parts']) != parts:
            wrong.append('report %s calls itself %s, %s' % (' '.join(words), other['report'], other['parts']))


def lists(program, capture, findings, wrong):
    """`list findings` with a filter is the events that match it."""
    cases = (('severity == "medium"', lambda f: f['severity'] == 'medium'),
             ('detector == "auth_guessing" and count >= 10', lambda f: f['detector'] == 'auth_guessing' and f['count'] >= 10),
             ('subject.value startswith "203.0.113." and not severity == "low"',
              lambda f: f['subject']['value'].startswith('203.0.113.') and f['severity'] != 'low'),
             ('state == "over"', lambda f: f['state'] == 'over'))
    for where, matches in cases:
        rows = list(csv.DictReader(io.StringIO(run(program, capture, 'list', 'findings', '-f', 'csv', '--where', where).decode())))
        due = sum(map(matches, findings))
        if len(rows) != due or not due:
            wrong.append('list findings --where %r: %d rows, %d events' % (where, len(rows), due))


LAB = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'captures', 'lab')
LISTED = (('exim-harvest.pcap', 'session', lambda x: x['client']['ip']), ('exim-harvest.pcap', 'session', lambda x: x['client']['ip'] + '/20'),
          ('postfix-plain-ipv6.pcap', 'session', lambda x: x['client']['ip'].rsplit(':', 1)[0] + ':/64'),
          ('exim-harvest.pcap', 'transaction', lambda x: x['mail_from'].split('@')[1].upper()),
          ('exim-harvest.pcap', 'session', lambda x: 'helo:' + x['helo']['name']),
          ('exim-tls13.pcap', 'session', lambda x: x['tls']['ja4']),
          ('exim-chunked.pcap', 'message', lambda x: next(p['sha256'] for p in x['parts'] if 'name' in p)))
REFUSED = ((b'192.0.2.1 fine\n192.0.2.0/33 x\n', 2), (b'# note\n\nnot_a_name\n', 3), (b'192.0.2.1\0 x\n', 1), (b'a' * 5000 + b'.example x\n', 1),
           (b'\x1b[31m.example x\n', 1), (b'helo: x\n', 1), (b'192.0.2.1 ' + b'l' * 3000 + b'\n', 1))


def listed(program, work, wrong):
    """Each kind of a list's lines finds what it names, among a hundred thousand others; a line that is none is named, and escaped."""
    path, others = os.path.join(work, 'list'), os.path.join(work, 'others')
    with open(others, 'w') as out:
        out.writelines('%s evil %d\n' % (('198.18.%d.%d', 'd%d-%d.invalid', 'helo:h%d-%d', '2001:db8:f:%x%02x::/64')[i % 4] % (i // 400 % 256, i // 4 % 100), i)
                       for i in range(100000))
    for capture, kind, value_of in LISTED:
        capture = os.path.join(LAB, capture)
        value = value_of(json.loads(run(program, capture, 'log', '-e', kind).splitlines()[0]))
        with open(path, 'w') as out:
            out.write('# a list\n\n%s\tsome label\r\n' % value)
        found = [json.loads(x) for x in run(program, capture, 'log', '-e', 'finding', '--intel', others, '--intel', path).splitlines()]
        if not any(f['detector'] == 'intel' and 'some label' in f['text'] for f in found):
            wrong.append('--intel %s: nothing is found' % value)
    for text, line in REFUSED:
        with open(path, 'wb') as out:
            out.write(text)
        done = subprocess.run([program, 'log', '-q', '-r', capture, '--intel', path], capture_output=True, check=False)
        if done.returncode != 2 or ('list:%d: ' % line).encode() not in done.stderr or any(c < 32 and c != 10 for c in done.stderr):
            wrong.append('--intel with %r: exit %d, %r' % (text[:40], done.returncode, done.stderr))


def opens(program, capture, report, wrong):
    for row in report['acts']['rows']:
        for session in row.get('sessions', ())[:1]:
            if session.encode() not in run(program, capture, 'show', session):
                wrong.append('%s: show %s opens nothing' % (row['rule'], session))


def private(program, capture, wrong):
    """With pseudonyms no user is named, neither as whom a finding is about nor in its text; and what they did is still counted."""
    for level in ('pseudonym', '--seed', '7'), ('domain',):
        for words in ('log', '-e', 'finding,auth,session'), ('report', 'senders'), ('report', 'senders', '-f', 'json'):
            names = set(re.findall(rb'\buser\d\b', run(program, capture, *words, '--privacy', *level)))
            if names:
                wrong.append('%s with --privacy %s names %s' % (' '.join(words), level[0], names))
    rows = json.loads(run(program, capture, 'report', 'senders', '-f', 'json', '--privacy', 'pseudonym', '--seed', '7'))['suspects']['rows']
    if [r['failed_logins'] for r in rows if r['kind'] == 'user'] != [34]:
        wrong.append('users under pseudonyms: %s' % [r for r in rows if r['kind'] == 'user'])


def commands(program, capture, work, wrong):
    """The commands at the end of the report run, and find what they are said to find."""
    text = run(program, capture, 'report', 'senders').decode()
    lines = [line.strip() for line in text[text.index('GOING ON FROM HERE'):].splitlines() if line.startswith('    smtpscope ')]
    if len(lines) < 6:
        wrong.append('only %d commands' % len(lines))
    for line in lines:
        done = subprocess.run([program, *shlex.split(line)[1:], '-q'] + (list(HOME) if ' -r ' in line else []), capture_output=True, cwd=work, check=False)
        if done.returncode or not (done.stdout or ' -o ' in line):
            wrong.append('%s: exit %d, %r' % (line, done.returncode, done.stderr))
    for name in 'suspect.pcapng', 'earlier.json':
        if not os.path.getsize(os.path.join(work, name)):
            wrong.append('%s is empty' % name)


def main():
    program, wrong = os.path.abspath(sys.argv[1]), []
    with tempfile.TemporaryDirectory() as work:
        capture = os.path.join(work, 'attack.pcap')
        attack.make(capture)
        lines = same(program, capture, wrong, 'log', '-e', 'finding').splitlines()
        drew, told = sums(lines)
        wrong += ['%s of %s is not told' % due for due in sorted(DUE) if due[1] not in {v for _, v in drew[due[0]]}]
        grave = [f for f in map(json.loads, lines) if f['subject']['value'] in HONEST and f['severity'] != 'info']
        wrong += ['%s of an honest server' % f['detector'] for f in grave]
        drew = {rule: who for rule, who in drew.items() if who}
        report = json.loads(same(program, capture, wrong, 'report', 'senders', '-f', 'json'))
        compare(report, drew, told, wrong)
        findings = list(map(json.loads, lines))
        going = [f for f in findings if f['state'] != 'over']
        scores(report, going, wrong)
        sessions = map(json.loads, run(program, capture, 'log', '-e', 'session').splitlines())
        prints(report, sessions, {f['subject']['value'] for f in going if f['subject']['kind'] == 'client'}, wrong)
        deeds(report, map(json.loads, run(program, capture, 'log', '-e', 'session,transaction,auth').splitlines()), wrong)
        content(report, wrong)
        habits(report, wrong)
        changes(program, capture, report, work, wrong)
        cards(program, report, going, wrong)
        blind(program, capture, report, wrong)
        verdict(report, wrong)
        forms(program, capture, report, wrong)
        lists(program, capture, findings, wrong)
        listed(program, work, wrong)
        opens(program, capture, report, wrong)
        commands(program, capture, work, wrong)
        private(program, capture, wrong)
        same(program, capture, wrong, 'report', 'senders')
    print('\n'.join(wrong))
    print('senders: %d findings, %d rules, with %s workers; %d wrong' %
          (len(lines), len(drew), ', '.join(WORKERS), len(wrong)))
    return 1 if wrong else 0


if __name__ == '__main__':
    sys.exit(main())
