// A plugin of Haraka: decides by what an address begins with and writes each verdict to $VERDICTS, a JSON list
// [address, stage, code] a line.
const fs = require('fs');
const note = (address, stage, code) => fs.appendFileSync(process.env.VERDICTS, JSON.stringify([address, stage, code]) + '\n');

exports.hook_rcpt = function (next, connection, params) {
	const address = params[0].address;
	if (address.startsWith('nouser')) {
		note(address, 'RCPT', 550);
		return next(DENY, 'No such user');
	}
	if (address.startsWith('later')) {
		note(address, 'RCPT', 450);
		return next(DENYSOFT, 'Greylisted, come back later');
	}
	next(OK);
};

exports.hook_data_post = function (next, connection) {
	const all = connection.transaction.rcpt_to.map(r => r.address);
	const code = all.some(a => a.startsWith('spam')) ? 550 : all.some(a => a.startsWith('busy')) ? 450 : 0;
	if (!code) return next();
	all.forEach(a => note(a, 'EOM', code));
	next(code === 550 ? DENY : DENYSOFT, code === 550 ? 'Spam found' : 'Try later');
};

exports.hook_queue = function (next, connection) {
	connection.transaction.rcpt_to.forEach(r => note(r.address, 'delivery', 250));
	next(OK, 'Message queued');
};
