// node pool.js HOST PORT TLS: nodemailer hands in twelve messages over three connections that it keeps; TLS is plain or tls.
const nodemailer = require('nodemailer');
const [host, port, tls] = process.argv.slice(2);
const kinds = ['ok', 'ok', 'nouser', 'later', 'spam', 'busy'];
const transport = nodemailer.createTransport({
	pool: true, maxConnections: 3, maxMessages: 3, host, port: +port, ignoreTLS: tls === 'plain', name: 'app.example.net',
	tls: { rejectUnauthorized: false },
});
let left = 12;
for (let i = 0; i < 12; i++) {
	const to = [];
	for (let k = 0; k <= i % 3; k++) to.push(`${kinds[(i * 5 + k * 3) % 6]}.${port}.${tls}.${i}.${k}@example.org`);
	transport.sendMail({ from: 'app@example.net', to, subject: 'Report ' + i, text: 'line\n.\n..x\n'.repeat(i % 4 * 30 + 1) },
		() => { if (--left === 0) transport.close(); });
}
setTimeout(() => process.exit(0), 20000);
