// node sink.js CERT KEY VERDICTS: nodemailer's smtp-server in four ways, writing what it decided for each recipient, a JSON
// list [address, stage, code] a line.
const fs = require('fs');
const { SMTPServer } = require('smtp-server');
const [cert, key, verdicts] = process.argv.slice(2);

const note = (address, stage, code) => fs.appendFileSync(verdicts, JSON.stringify([address, stage, code]) + '\n');
const no = (code, text) => Object.assign(new Error(text), { responseCode: code });
const refusals = { // by what the address begins with
	nouser: ['RCPT', 550, '5.1.1 No such user here'], later: ['RCPT', 451, '4.7.1 Greylisted, try again in 5 minutes'],
	spam: ['EOM', 554, '5.7.1 Message looks like spam'], busy: ['EOM', 451, '4.3.0 Queue file write error'],
};
const refusal = (address, stage) => {
	const r = refusals[address.match(/^[a-z]*/)[0]];
	return r && r[0] === stage ? no(r[1], r[2]) : null;
};

function onRcptTo(address, session, done) {
	const refused = refusal(address.address, 'RCPT');
	if (refused) note(address.address, 'RCPT', refused.responseCode);
	done(refused);
}

function onData(lmtp) {
	return (stream, session, done) => {
		stream.on('data', () => {});
		stream.on('end', () => {
			const all = session.envelope.rcptTo.map(r => r.address);
			const big = stream.sizeExceeded ? no(552, '5.3.4 Message too big') : null;
			const first = big || all.map(a => refusal(a, 'EOM')).find(e => e);
			const each = all.map(a => lmtp ? big || refusal(a, 'EOM') : first);
			all.forEach((a, i) => note(a, each[i] ? 'EOM' : 'delivery', each[i] ? each[i].responseCode : 250));
			lmtp ? done(null, each.map((e, i) => e || 'taken for ' + all[i])) : done(first, 'Queued as N' + Date.now());
		});
	};
}

function serve(port, options) {
	const server = new SMTPServer(Object.assign({
		name: 'mx.example.org', cert: fs.readFileSync(cert), key: fs.readFileSync(key), authOptional: true, size: 200000,
		onAuth: (auth, session, done) =>
			auth.password === 'right' ? done(null, { user: auth.username }) : done(no(535, '5.7.8 Bad credentials')),
		onRcptTo, onData: onData(options.lmtp),
	}, options));
	server.on('error', () => {}); // a client that goes away is not ours to judge
	server.listen(port, '192.0.2.51');
}

serve(25, { disabledCommands: ['AUTH'] });
serve(587, {});
serve(465, { secure: true });
serve(2525, { lmtp: true });
setTimeout(() => process.exit(0), 120000);
