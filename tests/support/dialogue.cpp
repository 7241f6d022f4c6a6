#include "tests/support/dialogue.h"

#include "tests/support/fakeclock.h"

#include <QFile>
#include <QFileInfo>
#include <QRegularExpression>

#include <array>

namespace Support {

namespace {

using Base::Error;
using Base::ErrorKind;

QByteArray contentNamed(const QString &name)
{
    static const QByteArray head = "From: ada@example.org\r\nSubject: Hello\r\n\r\n";
    if (name == QLatin1String("text"))
        return head + "Hello.\r\n";
    if (name == QLatin1String("8bit"))
        return head + "Gr\xc3\xbc\xc3\x9f Gott.\r\n";
    if (name == QLatin1String("dots"))
        return ".at: the very first octet\r\n" + head +
               ".\r\n..\r\n...three\r\nmid.dle\r\n\r\n.\r\n\r\n.end\r\n";
    if (name == QLatin1String("unfinished"))
        return head + "No line end behind this";
    if (name == QLatin1String("page")) // more than may be said in commands, and held back until it may end
        return head + (QByteArray(74, 'x') + "\r\n").repeated(130);
    if (name == QLatin1String("big")) // more than any window of the session
        return head + (QByteArray(74, 'x') + "\r\n").repeated(14'000);
    return {};
}

/// \r \n \t \0 \\ and \xHH; anything else behind a backslash is an error.
bool unescape(QByteArray &text)
{
    QByteArray out;
    for (qsizetype i = 0; i < text.size(); ++i) {
        if (text.at(i) != '\\') {
            out += text.at(i);
            continue;
        }
        const char letter = ++i < text.size() ? text.at(i) : '?';
        switch (letter) {
        case 'r':
            out += '\r';
            break;
        case 'n':
            out += '\n';
            break;
        case 't':
            out += '\t';
            break;
        case '0':
            out += '\0';
            break;
        case '\\':
            out += '\\';
            break;
        case 'x': {
            bool ok = false;
            const int value = text.mid(i + 1, 2).toInt(&ok, 16);
            if (!ok)
                return false;
            out += static_cast<char>(value);
            i += 2;
            break;
        }
        default:
            return false;
        }
    }
    text = out;
    return true;
}

/// "{x*2045}": that octet so many times.
void multiply(QByteArray &text)
{
    for (qsizetype at = text.indexOf('{'); at >= 0; at = text.indexOf('{', at + 1)) {
        const qsizetype end = text.indexOf('}', at);
        if (end < 0 || end - at < 4 || text.at(at + 2) != '*')
            continue;
        bool ok = false;
        const int count = text.mid(at + 3, end - at - 3).toInt(&ok);
        if (ok)
            text.replace(at, end - at + 1, QByteArray(count, text.at(at + 1)));
    }
}

/// "<b64:text>": the text in base64. It may hold no ">".
void encode(QByteArray &text)
{
    for (qsizetype at = text.indexOf("<b64:"); at >= 0; at = text.indexOf("<b64:", at)) {
        const qsizetype end = text.indexOf('>', at);
        if (end < 0)
            return;
        text.replace(at, end + 1 - at, text.mid(at + 5, end - at - 5).toBase64());
    }
}

class Parser
{
public:
    Parser(const QByteArray &text, const QString &file)
        : m_lines(text.split('\n'))
    {
        m_dialogue.file = file;
        m_dialogue.options.clientName = QStringLiteral("client.example");
        m_dialogue.options.server = {QStringLiteral("mail.example"), 587, Net::Security::None};
        m_dialogue.content = contentNamed(QStringLiteral("text"));
    }

    Base::Result<Dialogue> parse()
    {
        bool expects = false;
        for (m_line = 1; m_line <= m_lines.size(); ++m_line) {
            QByteArray line = m_lines.at(m_line - 1);
            if (line.endsWith('\r'))
                line.chop(1);
            if (line.isEmpty() || line.startsWith('#'))
                continue;
            const Base::Done done = take(line);
            if (!done)
                return done.error();
            expects = expects || line.startsWith('=');
        }
        if (!expects)
            return complain(QStringLiteral("a dialogue must expect something")).error();
        if (!m_dialogue.rehearsal && m_dialogue.envelope.recipients.isEmpty())
            return complain(QStringLiteral("no recipients, and no rehearsal either")).error();
        return m_dialogue;
    }

private:
    Base::Done complain(const QString &why) const
    {
        return Error{ErrorKind::BadMessage, m_dialogue.file,
                     QStringLiteral("%1:%2: %3").arg(m_dialogue.file).arg(m_line).arg(why)};
    }

    Base::Done take(const QByteArray &line)
    {
        if (line.startsWith("> "))
            return m_dialogue.steps.isEmpty() ? header(QString::fromUtf8(line.mid(2)))
                                              : complain(QStringLiteral("too late for a header line"));
        if (line.startsWith("= "))
            return step(Step::Kind::Expect, line.mid(2), {});
        if (line.startsWith("C: "))
            return client(line.mid(3));
        if (line.startsWith("C! "))
            return step(Step::Kind::Program, line.mid(3), {});
        if (line.startsWith("S: "))
            return server(line.mid(3), true);
        if (line.startsWith("S! inject ") || line.startsWith("S! raw "))
            return server(line.mid(line.indexOf(' ', 3) + 1), false);
        if (line.startsWith("S! "))
            return step(Step::Kind::Event, line.mid(3), {});
        if (line.startsWith("S*"))
            return repeated(line);
        return complain(QStringLiteral("not a line of a dialogue: %1").arg(QString::fromUtf8(line)));
    }

    Base::Done step(Step::Kind kind, const QByteArray &text, const QByteArray &wire)
    {
        const QString shown = QString::fromUtf8(text);
        m_dialogue.steps.append(
            {kind, m_line, shown, wire, shown.split(QLatin1Char(' '), Qt::SkipEmptyParts)});
        return {};
    }

    Base::Done server(QByteArray text, bool ended)
    {
        const QByteArray shown = text;
        const QByteArray &secret = m_dialogue.options.credentials.secret;
        if (!unescape(text))
            return complain(QStringLiteral("an escape that is none"));
        multiply(text);
        text.replace("<secret>", secret);
        text.replace("<secret64>", secret.toBase64());
        text.replace("<plain64>", plain());
        encode(text);
        return step(Step::Kind::Server, shown, ended ? text + "\r\n" : text);
    }

    Base::Done repeated(const QByteArray &line)
    {
        const qsizetype colon = line.indexOf(": ");
        bool ok = false;
        const int count = colon < 0 ? 0 : line.mid(2, colon - 2).toInt(&ok);
        if (!ok)
            return complain(QStringLiteral("S*<number>: <line>"));
        for (int i = 0; i < count; ++i) {
            if (const Base::Done done = server(line.mid(colon + 2), true); !done)
                return done;
        }
        return {};
    }

    Base::Done client(const QByteArray &text)
    {
        QByteArray wire = text;
        if (wire.contains("<b64:")) {
            if (!unescape(wire))
                return complain(QStringLiteral("an escape that is none"));
            multiply(wire);
            encode(wire);
        }
        wire.replace("<user>", m_dialogue.options.credentials.user.toBase64());
        wire.replace("AUTH PLAIN <secret>", "AUTH PLAIN " + plain());
        wire.replace("<secret>", m_dialogue.options.credentials.secret.toBase64());
        wire.replace("<size>", QByteArray::number(m_dialogue.content.size()));
        if (const qsizetype at = wire.indexOf("<time+"); at >= 0) {
            const qsizetype end = wire.indexOf('>', at);
            const QDateTime moment = FakeClock().now().addSecs(wire.mid(at + 6, end - at - 6).toLongLong());
            wire.replace(at, end + 1 - at, moment.toString(Qt::ISODate).toLatin1());
        }
        static const QRegularExpression numbered(QStringLiteral("<(size|chunk) ([1-9])>"));
        if (const auto found = numbered.match(QString::fromUtf8(wire)); found.hasMatch()) {
            const QByteArray chunk = m_dialogue.chunk(found.captured(2).toInt());
            if (wire == "<chunk " + found.captured(2).toUtf8() + '>')
                return step(Step::Kind::Client, text, chunk);
            wire.replace(found.captured(0).toUtf8(), QByteArray::number(chunk.size()));
        }
        if (wire == "<message>")
            wire = m_dialogue.contentOnWire();
        else if (wire == "<chunk>")
            wire = m_dialogue.chunk();
        else if (wire == "<part of the message>")
            wire.clear();
        else if (wire.startsWith('<'))
            return complain(QStringLiteral("the client cannot say %1").arg(QString::fromUtf8(text)));
        else
            wire += "\r\n";
        return step(Step::Kind::Client, text, wire);
    }

    QByteArray plain() const
    {
        const Smtp::Credentials &credentials = m_dialogue.options.credentials;
        return ('\0' + credentials.user + '\0' + credentials.secret).toBase64();
    }

    Base::Done header(const QString &text)
    {
        QStringList words = text.split(QLatin1Char(' '), Qt::SkipEmptyParts);
        const QString what = words.isEmpty() ? QString() : words.takeFirst();
        if (what == QLatin1String("account"))
            return account(words);
        if (what == QLatin1String("from") && words.size() == 1)
            return address(words.first(),
                           [this](const Message::Address &from) { m_dialogue.envelope.reversePath = from; });
        if (what == QLatin1String("to")) {
            for (const QString &word : words) {
                const Base::Done done = address(word, [this](const Message::Address &to) {
                    m_dialogue.envelope.recipients.append({to, Message::Field::To});
                });
                if (!done)
                    return done;
            }
            return {};
        }
        if (what == QLatin1String("content") && words.size() == 1) {
            m_dialogue.content = contentNamed(words.first());
            m_dialogue.envelope.eightBit = words.first() == QLatin1String("8bit");
            return m_dialogue.content.isEmpty() ? complain(QStringLiteral("no such content")) : Base::Done();
        }
        if (what == QLatin1String("handling"))
            return handling(words);
        if (what == QLatin1String("rehearse"))
            m_dialogue.rehearsal = true;
        else if (what == QLatin1String("commit-fails"))
            m_dialogue.commitFails = true;
        else if (what == QLatin1String("cuts"))
            return cuts(words);
        else
            return reports(what, words);
        return {};
    }

    Base::Done handling(const QStringList &words)
    {
        // Counted from the moment the fake clock begins with.
        const auto after = [](const QString &seconds) {
            return FakeClock().now().addSecs(seconds.toLongLong());
        };
        Message::Handling &handling = m_dialogue.envelope.handling;
        for (const QString &word : words) {
            const QString key = word.section(QLatin1Char('='), 0, 0);
            const QString value = word.section(QLatin1Char('='), 1);
            if (word == QLatin1String("require-tls"))
                handling.requireTls = true;
            else if (key == QLatin1String("hold"))
                handling.holdUntil = after(value);
            else if (key == QLatin1String("deliver-by"))
                handling.deliverBy = Message::DeliverBy{after(value.section(QLatin1Char(';'), 0, 0)),
                                                        value.endsWith(QLatin1String(";R"))};
            else if (key == QLatin1String("priority"))
                handling.priority = value.toInt();
            else
                return complain(QStringLiteral("unknown in a handling: %1").arg(word));
        }
        return {};
    }

    Base::Done cuts(const QStringList &words)
    {
        m_dialogue.cuts.clear();
        for (const Cut cut : allCuts()) {
            if (words.contains(name(cut).section(QLatin1Char(' '), -1)))
                m_dialogue.cuts.append(cut);
        }
        return m_dialogue.cuts.size() == words.size() && !words.isEmpty()
                   ? Base::Done()
                   : complain(QStringLiteral("cuts are whole, line, byte"));
    }

    Base::Done reports(const QString &what, const QStringList &words)
    {
        Message::Envelope &envelope = m_dialogue.envelope;
        if (what == QLatin1String("notify"))
            envelope.notify = {
                words.contains(QLatin1String("never")), words.contains(QLatin1String("success")),
                words.contains(QLatin1String("failure")), words.contains(QLatin1String("delay"))};
        else if (what == QLatin1String("return"))
            envelope.returned =
                words.value(0) == QLatin1String("full") ? Message::Return::Full : Message::Return::Headers;
        else if (what == QLatin1String("envid"))
            envelope.envelopeId = words.join(QLatin1Char(' ')).toUtf8();
        else
            return complain(QStringLiteral("unknown header line: %1").arg(what));
        return {};
    }

    template <class Use>
    Base::Done address(const QString &word, Use use)
    {
        const Base::Result<Message::Address> address = Message::Address::parse(word);
        if (!address)
            return complain(QStringLiteral("not an address: %1").arg(word));
        use(*address);
        return {};
    }

    Base::Done account(const QStringList &words)
    {
        Smtp::SessionOptions &options = m_dialogue.options;
        for (const QString &word : words) {
            const QString key = word.section(QLatin1Char('='), 0, 0);
            const QString value = word.section(QLatin1Char('='), 1);
            if (key == QLatin1String("security") && value == QLatin1String("tls"))
                options.server.security = Net::Security::Tls;
            else if (key == QLatin1String("security") && value == QLatin1String("starttls"))
                options.server.security = Net::Security::StartTls;
            else if (key == QLatin1String("security") && value == QLatin1String("none"))
                options.server.security = Net::Security::None;
            else if (key == QLatin1String("user"))
                options.credentials.user = QByteArray::fromPercentEncoding(value.toUtf8());
            else if (key == QLatin1String("password"))
                options.credentials.secret = QByteArray::fromPercentEncoding(value.toUtf8());
            else if (key == QLatin1String("mechanism"))
                options.mechanism = value;
            else if (key == QLatin1String("nonce"))
                options.clientNonce = value.toLatin1();
            else if (key == QLatin1String("seen"))
                options.strongestSeen = value;
            else if (key == QLatin1String("binding"))
                m_dialogue.endPointBinding = value.toLatin1();
            else if (key == QLatin1String("cleartext"))
                options.allowCleartextSecret = value == QLatin1String("yes");
            else if (key == QLatin1String("lmtp"))
                options.lmtp = value == QLatin1String("yes");
            else if (key == QLatin1String("letters"))
                options.maxLetters = value.toInt();
            else if (key == QLatin1String("lane"))
                options.lane = value == QLatin1String("bulk")     ? Smtp::Lane::Bulk
                               : value == QLatin1String("window") ? Smtp::Lane::Window
                                                                  : Smtp::Lane::Default;
            else if (key == QLatin1String("client"))
                options.clientName = value;
            else
                return complain(QStringLiteral("unknown in an account: %1").arg(word));
        }
        options.signIn =
            !options.credentials.user.isEmpty() || options.mechanism == QLatin1String("EXTERNAL");
        return {};
    }

    QByteArrayList m_lines;
    int m_line = 0;
    Dialogue m_dialogue;
};

} // namespace

QList<Cut> allCuts()
{
    return {Cut::Whole, Cut::Line, Cut::Byte};
}

QString name(Cut cut)
{
    constexpr std::array names{"whole", "by line", "by byte"};
    return QString::fromLatin1(names.at(static_cast<std::size_t>(cut)));
}

Base::Result<Dialogue> Dialogue::parse(const QByteArray &text, const QString &file)
{
    return Parser(text, file).parse();
}

Base::Result<Dialogue> Dialogue::read(const QString &file)
{
    QFile device(file);
    if (!device.open(QIODevice::ReadOnly))
        return Error{ErrorKind::FileUnreadable, file, device.errorString()};
    return parse(device.readAll(), QFileInfo(file).fileName());
}

QByteArray Dialogue::chunk() const
{
    return content.endsWith("\r\n") ? content : content + "\r\n";
}

QByteArray Dialogue::chunk(int number) const
{
    constexpr qsizetype size = 256 << 10;
    return chunk().mid((number - 1) * size, size);
}

QByteArray Dialogue::contentOnWire() const
{
    QByteArray text = "\r\n" + chunk();
    text.replace("\r\n.", "\r\n..");
    return text.mid(2) + ".\r\n";
}

Message::Content Dialogue::pieces(Cut cut) const
{
    Message::Content out;
    const auto add = [&out](const QByteArray &bytes) {
        Message::Piece piece;
        piece.bytes = bytes;
        out.append(piece);
    };
    if (cut == Cut::Whole) {
        add(content);
    } else if (cut == Cut::Line && content.size() < 10'000) {
        for (qsizetype at = 0; at < content.size();) {
            const qsizetype end = content.indexOf('\n', at);
            const qsizetype length = (end < 0 ? content.size() : end + 1) - at;
            add(content.mid(at, length));
            at += length;
        }
    } else {
        const qsizetype length = content.size() < 10'000 ? 1 : 997;
        for (qsizetype at = 0; at < content.size(); at += length)
            add(content.mid(at, length));
    }
    return out;
}

} // namespace Support
