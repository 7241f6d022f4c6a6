// Sends letters with nodemailer's pool: PORT CONNECTIONS LETTERS FILE [ATTACHMENT]. With an attachment nodemailer makes
// the message itself and encodes the file as it goes; without, the message is given to it ready.
// Prints seconds: from the first connection to the last answer, without Node's own start.
const fs = require('fs');
const nodemailer = require('nodemailer');

const [port, connections, letters, file, attachment] = process.argv.slice(2);
const transport = nodemailer.createTransport({
    pool: true, host: '127.0.0.1', port: Number(port), secure: false, ignoreTLS: true,
    maxConnections: Number(connections), maxMessages: Infinity,
});
const envelope = { from: 'ada@example.org', to: ['bob@example.org'] };
const message = attachment
    ? { envelope, from: envelope.from, to: envelope.to, text: 'bench', attachments: [{ path: attachment }] }
    : { envelope, raw: fs.readFileSync(file) };

(async () => {
    const begun = process.hrtime.bigint();
    await Promise.all(Array.from({ length: Number(letters) }, () => transport.sendMail({ ...message })));
    console.log(Number(process.hrtime.bigint() - begun) / 1e9);
    transport.close();
})().catch((error) => { console.error(error.message); process.exit(1); });
