// Whatever a person, a file or an address book put into an envelope, for the builder of commands: what leaves
// is one line, with no CR, LF, NUL or other control in it (CVE-2015-9097, CVE-2025-7962), its path is read by
// others as the mailbox that was meant (CVE-2026-30227), and behind it stand only parameters of ours, once
// each (CVE-2026-82853, CVE-2026-82854).
//
// The input: four octets that choose, then texts with 0x1e between them: sender, local part, domain,
// recipient, ENVID, client name, mechanism, and lines of an answer to EHLO.

#include "core/smtp/command.h"
#include "tests/fuzz/fuzz.h"

#include <cstring>

using Message::Address;
using Message::Envelope;
using Smtp::Capabilities;
using Smtp::Command;
namespace Commands = Smtp::Commands;

namespace {

const QByteArray mailFrom = "MAIL FROM:";
const QByteArray rcptTo = "RCPT TO:";

/// What is said is one line, and what is shown is what is said.
void checkLine(const Base::Result<Command> &command, const QByteArray &verb, bool utf8)
{
    if (!command) {
        Fuzz::check(command.error().kind == Base::ErrorKind::BadAddress ||
                        command.error().kind == Base::ErrorKind::BadMessage,
                    "a command that cannot be said is the message's fault");
        return;
    }
    const QByteArray &wire = command->wire;
    Fuzz::check(wire.startsWith(verb), "the verb stands first");
    Fuzz::check(wire.endsWith("\r\n") && wire.size() <= 2002, "a command ends and is bounded");
    const QByteArray line = wire.chopped(2);
    for (const char c : line) {
        const auto octet = static_cast<uint8_t>(c);
        Fuzz::check(octet >= 0x20 && octet != 0x7f, "no control in a command");
        Fuzz::check(octet < 0x7f || utf8, "beyond ASCII only with SMTPUTF8");
    }
    Fuzz::check(Fuzz::isHarmless(command->shown) && command->shown.toUtf8() == line, "shown as said");
}

bool isAtom(uint8_t c)
{
    return c >= 0x80 || (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
           (c != 0 && std::strchr("!#$%&'*+-/=?^_`{|}~.", c));
}

bool isDomain(uint8_t c)
{
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
           (c != 0 && std::strchr("-._[]:", c));
}

/// A receiving server (RFC 5321 §4.1.2): takes "<local@domain>" off the front of the line, gives what is
/// behind.
QByteArray behindPath(const QByteArray &line, const Address &meant)
{
    qsizetype at = 0;
    const auto next = [&line, &at] {
        return at < line.size() ? static_cast<uint8_t>(line.at(at++)) : uint8_t(0);
    };
    Fuzz::check(next() == '<', "a path is opened");
    if (meant.isNull()) {
        Fuzz::check(next() == '>', "no sender is <>");
        return line.mid(at);
    }
    QByteArray local;
    uint8_t c = next();
    if (c == '"') {
        while ((c = next()) != '"') {
            if (c == '\\')
                c = next();
            Fuzz::check(c != 0, "a quoted local part is closed");
            local += static_cast<char>(c);
        }
        c = next();
    } else {
        for (; isAtom(c); c = next())
            local += static_cast<char>(c);
        Fuzz::check(!local.isEmpty() && !local.startsWith('.') && !local.endsWith('.') &&
                        !local.contains(".."),
                    "a local part without quotes is a dot-atom");
    }
    Fuzz::check(c == '@', "behind the local part stands @");
    QByteArray domain;
    for (c = next(); isDomain(c); c = next())
        domain += static_cast<char>(c);
    Fuzz::check(c == '>', "a path is closed");
    Fuzz::check(QString::fromUtf8(local) == meant.localPart(), "the local part is the one that was meant");
    const Base::Result<Address> read = Address::fromParts({}, meant.localPart(), QString::fromLatin1(domain));
    Fuzz::check(read && read->sameMailbox(meant), "the domain is the one that was meant");
    return line.mid(at);
}

void checkParameters(const QByteArray &text, const QByteArrayList &known)
{
    if (text.isEmpty())
        return;
    Fuzz::check(text.startsWith(' '), "a blank before the parameters");
    QByteArrayList seen;
    for (const QByteArray &parameter : text.mid(1).split(' ')) {
        const qsizetype equals = parameter.indexOf('=');
        const QByteArray keyword = parameter.left(equals < 0 ? parameter.size() : equals);
        Fuzz::check(known.contains(keyword), "a parameter is one of ours");
        Fuzz::check(!seen.contains(keyword), "a parameter is said once");
        seen.append(keyword);
        if (equals >= 0) {
            const QByteArray value = parameter.mid(equals + 1);
            Fuzz::check(!value.isEmpty() || keyword == "ENVID", "a parameter has a value");
            Fuzz::check(!value.contains('=') && std::all_of(value.begin(), value.end(),
                                                            [](char v) { return v > ' ' && v <= '~'; }),
                        "a value is an esmtp-value (RFC 5321 §4.1.2)");
        }
    }
}

/// RFC 3461 §4, read back.
QByteArray fromXtext(const QByteArray &text)
{
    QByteArray out;
    for (qsizetype i = 0; i < text.size(); ++i) {
        if (text.at(i) == '+') {
            out += QByteArray::fromHex(text.mid(i + 1, 2));
            i += 2;
        } else {
            out += text.at(i);
        }
    }
    return out;
}

class Input
{
public:
    Input(const uint8_t *data, size_t size)
        : m_flags(data[0] | data[1] << 8)
        , m_number(static_cast<int8_t>(data[2]))
        , m_utf16((data[3] & 1) != 0)
        , m_texts(Fuzz::behind(data, size, 4).split('\x1e'))
    {
    }

    bool flag(int bit) const { return ((m_flags >> bit) & 1) != 0; }
    int number() const { return m_number; }
    QByteArray bytes(qsizetype index) const { return m_texts.value(index); }
    /// As UTF-8, or as UTF-16 with whatever halves of characters there are.
    QString text(qsizetype index) const
    {
        const QByteArray octets = bytes(index);
        if (!m_utf16)
            return QString::fromUtf8(octets);
        QString out;
        for (qsizetype i = 0; i + 1 < octets.size(); i += 2)
            out += QChar(static_cast<uint8_t>(octets.at(i)), static_cast<uint8_t>(octets.at(i + 1)));
        return out;
    }
    QStringList rest(qsizetype from) const
    {
        QStringList lines;
        for (qsizetype i = from; i < m_texts.size(); ++i)
            lines.append(QString::fromUtf8(m_texts.at(i)));
        return lines;
    }

private:
    int m_flags;
    int m_number;
    bool m_utf16;
    QByteArrayList m_texts;
};

Envelope envelopeFrom(const Input &input, const QDateTime &now)
{
    Envelope envelope;
    if (const Base::Result<Address> sender = Address::parse(input.text(0)))
        envelope.reversePath = *sender;
    envelope.eightBit = input.flag(0);
    envelope.notify = {input.flag(1), input.flag(2), input.flag(3), input.flag(4)};
    envelope.returned = input.flag(5) ? (input.flag(6) ? Message::Return::Full : Message::Return::Headers)
                                      : Message::Return::Unset;
    envelope.handling.requireTls = input.flag(7);
    envelope.envelopeId = input.bytes(4);
    // From a second to millions of years.
    const qint64 far = qint64(1) << (input.number() & 47);
    if (input.flag(8))
        envelope.handling.holdUntil = now.addSecs(far);
    if (input.flag(9))
        envelope.handling.deliverBy =
            Message::DeliverBy{now.addSecs(input.number() < 0 ? -far : far), input.flag(10)};
    if (input.flag(11))
        envelope.handling.priority = input.number() % 10;
    return envelope;
}

void checkEnvelope(const Envelope &envelope, const QList<Address> &recipients, const Input &input,
                   const QDateTime &now)
{
    const bool utf8 = input.flag(12);
    const Capabilities capabilities =
        Capabilities::from(Delivery::ServerReply(250, QStringList{QString()} + input.rest(7)));
    const Base::Result<Command> mail =
        Commands::mail(envelope, {input.number() * 1000, utf8, now}, capabilities);
    checkLine(mail, mailFrom, utf8);
    if (mail) {
        const QByteArray parameters =
            behindPath(mail->wire.chopped(2).mid(mailFrom.size()), envelope.reversePath);
        checkParameters(parameters, {"SIZE", "BODY", "SMTPUTF8", "RET", "ENVID", "REQUIRETLS", "HOLDUNTIL",
                                     "BY", "MT-PRIORITY"});
    }
    for (const Address &address : recipients) {
        const Base::Result<Command> rcpt =
            Commands::rcpt(envelope, {address, Message::Field::To}, utf8, capabilities);
        checkLine(rcpt, rcptTo, utf8);
        if (rcpt)
            checkParameters(behindPath(rcpt->wire.chopped(2).mid(rcptTo.size()), address),
                            {"NOTIFY", "ORCPT"});
    }
}

void checkSecret(const QByteArray &mechanism, const QByteArray &response)
{
    const Base::Result<Command> auth = Commands::auth(mechanism, {});
    checkLine(auth, "AUTH ", false);
    const Base::Result<Command> full = Commands::auth(mechanism, response);
    Fuzz::check(full.ok() == auth.ok(), "a response is always sayable");
    const Command answer = Commands::authResponse(response);
    Fuzz::check(answer.wire == response.toBase64() + "\r\n", "a response is base64 and nothing else");
    if (full) {
        Fuzz::check(full->shown == auth->shown + QStringLiteral(" ****"), "a response is not shown");
        Fuzz::check(full->wire.count('\n') == 1 && full->wire.count('\r') == 1 && full->wire.endsWith("\r\n"),
                    "AUTH is one line");
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 4)
        return 0;
    const Input input(data, size);
    const QDateTime now = QDateTime::fromSecsSinceEpoch(1'800'000'000, Qt::UTC);
    QList<Address> recipients;
    for (const Base::Result<Address> &address :
         {Address::fromParts({}, input.text(1), input.text(2)), Address::parse(input.text(3))}) {
        if (address)
            recipients.append(*address);
    }
    checkEnvelope(envelopeFrom(input, now), recipients, input, now);
    Fuzz::check(fromXtext(Smtp::xtext(input.bytes(4))) == input.bytes(4), "xtext reads back");

    const QString name = input.text(5);
    checkLine(Commands::ehlo(name), "EHLO ", false);
    checkLine(Commands::helo(name), "HELO ", false);
    checkLine(Commands::lhlo(name), "LHLO ", false);
    checkSecret(input.bytes(6), input.bytes(4));
    return 0;
}
