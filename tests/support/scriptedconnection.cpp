#include "tests/support/scriptedconnection.h"

namespace Support {

namespace {

constexpr qint64 portion = 16 << 10; // octets

QString quoted(const QByteArray &bytes)
{
    QByteArray text = bytes.left(160);
    text.replace('\\', "\\\\").replace('\r', "\\r").replace('\n', "\\n").replace('\0', "\\0");
    return QLatin1Char('"') + QString::fromUtf8(text) +
           (bytes.size() > 160 ? QStringLiteral("…\"") : QStringLiteral("\""));
}

} // namespace

ScriptedConnection::ScriptedConnection(Dialogue dialogue, Cut cut, FakeClock &clock)
    : m_dialogue(std::move(dialogue))
    , m_cut(cut)
    , m_clock(clock)
{
}

// ── what the client calls ──

void ScriptedConnection::open(const Net::Endpoint &endpoint, const Net::Trust &)
{
    if (m_wantsOpen || m_connected)
        fail(QStringLiteral("the client connects twice"));
    if (!(endpoint == m_dialogue.options.server))
        fail(QStringLiteral("the client connects to %1").arg(endpoint.host));
    m_wantsOpen = true;
}

void ScriptedConnection::startTls()
{
    if (m_encrypted || m_wantsTls)
        fail(QStringLiteral("the client begins TLS twice"));
    m_wantsTls = true;
    m_plaintextBehind = !m_segment.isEmpty();
}

void ScriptedConnection::write(const QByteArray &bytes)
{
    if (m_over)
        return;
    if (m_wantsTls)
        fail(QStringLiteral("the client says %1 during the handshake").arg(quoted(bytes)));
    const Smtp::SessionOptions &options = m_dialogue.options;
    const QByteArray &secret = options.credentials.secret;
    const bool hasSecret = !secret.isEmpty() && (bytes.contains(secret) || bytes.contains(secret.toBase64()));
    if (hasSecret && !m_encrypted && !options.allowCleartextSecret)
        fail(QStringLiteral("the client says the secret in the clear"));
    m_outgoing += bytes;
    m_tail = (m_tail + bytes).right(5);
}

Net::TlsFacts ScriptedConnection::tlsFacts() const
{
    Net::TlsFacts facts;
    if (m_encrypted) {
        facts.protocol = QStringLiteral("TLS 1.3");
        facts.cipher = QStringLiteral("TLS_AES_256_GCM_SHA384");
        facts.subject = m_dialogue.options.server.host;
    }
    return facts;
}

QString ScriptedConnection::peer() const
{
    return m_connected ? QStringLiteral("192.0.2.7:587") : QString();
}

// ── what happens to it ──

bool ScriptedConnection::step()
{
    if (!m_failure.isEmpty())
        return false;
    if (m_wantsOpen && !m_connected && !m_over) {
        const Step *first = next();
        const bool own = first && first->kind == Step::Kind::Event &&
                         QStringList{QStringLiteral("connect"), QStringLiteral("refused"),
                                     QStringLiteral("no-such-host"), QStringLiteral("stall")}
                             .contains(first->words.value(0));
        return own ? happen(*first) : connectNow();
    }
    if (!m_outgoing.isEmpty() && m_room != 0 && !m_aborted)
        return take();
    if (m_plaintextBehind && !m_over) {
        m_segment.clear();
        return lose(Base::ErrorKind::PlaintextAfterTls,
                    QStringLiteral("plain text behind the answer to STARTTLS"));
    }
    if (!m_segment.isEmpty())
        return deliver();
    const Step *step = next();
    if (!step)
        return false;
    switch (step->kind) {
    case Step::Kind::Server:
        return beginSegment();
    case Step::Kind::Client:
        return step->wire.isEmpty() ? hearPart() : hearClient(*step);
    case Step::Kind::Event:
        return happen(*step);
    case Step::Kind::Program:
    case Step::Kind::Expect:
        break;
    }
    return false;
}

const Step *ScriptedConnection::next() const
{
    return m_at < m_dialogue.steps.size() ? &m_dialogue.steps.at(m_at) : nullptr;
}

void ScriptedConnection::fail(const QString &why)
{
    if (!m_failure.isEmpty())
        return;
    const Step *step = next();
    const int line = step ? step->line : m_dialogue.steps.isEmpty() ? 0 : m_dialogue.steps.last().line;
    m_failure = QStringLiteral("%1:%2 (%3): %4").arg(m_dialogue.file).arg(line).arg(name(m_cut), why);
}

QString ScriptedConnection::unheard() const
{
    return m_said.isEmpty() ? QStringLiteral("nothing") : quoted(m_said);
}

bool ScriptedConnection::connectNow()
{
    m_connected = true;
    m_wantsOpen = false;
    Q_EMIT connected();
    if (m_dialogue.options.server.security == Net::Security::Tls)
        m_wantsTls = true;
    else if (!m_over)
        Q_EMIT opened();
    return true;
}

// Everything the server says without waiting is one segment; a cut may part it.
bool ScriptedConnection::beginSegment()
{
    if (m_wantsTls) {
        fail(QStringLiteral("the client waits for TLS while the server speaks"));
        return false;
    }
    if (m_over) {
        fail(QStringLiteral("the client hung up, and the server still has to say this"));
        return false;
    }
    if (!m_said.isEmpty()) {
        fail(QStringLiteral("the client speaks out of turn: %1").arg(unheard()));
        return false;
    }
    while (next() && next()->kind == Step::Kind::Server)
        m_segment += m_dialogue.steps.at(m_at++).wire;
    return deliver();
}

bool ScriptedConnection::deliver()
{
    if (m_over) { // nobody listens any more
        m_segment.clear();
        return true;
    }
    qsizetype length = m_segment.size();
    if (m_cut == Cut::Byte || m_drip > 0)
        length = 1;
    else if (m_cut == Cut::Line && m_segment.contains('\n'))
        length = m_segment.indexOf('\n') + 1;
    if (m_drip > 0) {
        m_clock.advance(m_drip);
        if (m_over)
            return true;
    }
    const QByteArray chunk = m_segment.left(length);
    m_segment.remove(0, length);
    if (m_segment.isEmpty())
        m_drip = 0;
    Q_EMIT received(chunk);
    if (!m_segment.isEmpty() && !m_said.isEmpty())
        fail(QStringLiteral("the client speaks while the server does: %1").arg(unheard()));
    return true;
}

bool ScriptedConnection::hearClient(const Step &step)
{
    if (step.text == QLatin1String("<message>") && m_heard > 0)
        m_said.prepend(m_dialogue.contentOnWire().left(std::exchange(m_heard, 0)));
    if (m_said.startsWith(step.wire)) {
        m_said.remove(0, step.wire.size());
        ++m_at;
        return true;
    }
    if (!step.wire.startsWith(m_said))
        fail(QStringLiteral("the client must say %1 and says %2").arg(quoted(step.wire), unheard()));
    return false; // more may come
}

bool ScriptedConnection::hearPart()
{
    if (m_said.isEmpty())
        return false;
    if (!m_dialogue.contentOnWire().mid(m_heard).startsWith(m_said)) {
        fail(QStringLiteral("the client must say a part of the message and says %1").arg(unheard()));
        return false;
    }
    m_heard += m_said.size();
    m_said.clear();
    ++m_at;
    return true;
}

bool ScriptedConnection::happen(const Step &step)
{
    const QString what = step.words.value(0);
    if (!m_said.isEmpty()) {
        fail(QStringLiteral("the client speaks out of turn: %1").arg(unheard()));
        return false;
    }
    if (m_over) {
        fail(QStringLiteral("the client hung up before this could happen"));
        return false;
    }
    if (what.startsWith(QLatin1String("tls")))
        return handshake(step);
    ++m_at;
    if (what == QLatin1String("connect"))
        return connectNow();
    if (what == QLatin1String("refused"))
        return lose(Base::ErrorKind::CannotConnect, QStringLiteral("connection refused"));
    if (what == QLatin1String("no-such-host"))
        return lose(Base::ErrorKind::NameNotFound, QStringLiteral("host not found"));
    if (what == QLatin1String("drop"))
        return lose(Base::ErrorKind::ConnectionLost, QStringLiteral("the server closed the connection"));
    if (what == QLatin1String("reset"))
        return lose(Base::ErrorKind::ConnectionLost, QStringLiteral("connection reset by peer"));
    if (what == QLatin1String("stall")) {
        m_clock.advance(duration(step.words.value(1)));
        return true;
    }
    if (what == QLatin1String("drip")) {
        m_drip = duration(step.words.value(1));
        return true;
    }
    if (what == QLatin1String("full")) {
        m_room = step.words.value(1).toLongLong();
        return true;
    }
    if (what == QLatin1String("flowing")) {
        m_room = -1;
        return true;
    }
    --m_at;
    fail(QStringLiteral("no such event: %1").arg(step.text));
    return false;
}

bool ScriptedConnection::handshake(const Step &step)
{
    if (!m_wantsTls)
        return false; // it may yet
    ++m_at;
    m_wantsTls = false;
    if (step.words.value(0) == QLatin1String("tls-refused"))
        return lose(Base::ErrorKind::CertificateRefused,
                    QStringLiteral("the certificate is for other.example, not for mail.example"));
    if (step.words.value(0) == QLatin1String("tls-failed"))
        return lose(Base::ErrorKind::TlsFailed, QStringLiteral("no protocol in common"));
    m_encrypted = true;
    if (m_dialogue.options.server.security == Net::Security::Tls)
        Q_EMIT opened();
    else
        Q_EMIT encrypted();
    return true;
}

bool ScriptedConnection::lose(Base::ErrorKind kind, const QString &detail)
{
    m_over = true;
    m_wantsTls = false;
    m_plaintextBehind = false;
    Q_EMIT lost(Base::Error{kind, m_dialogue.options.server.host, detail});
    return true;
}

// The operating system takes what was written, in portions unless everything comes whole.
bool ScriptedConnection::take()
{
    qint64 length = m_cut == Cut::Whole ? m_outgoing.size() : std::min<qint64>(portion, m_outgoing.size());
    if (m_room >= 0) {
        length = std::min(length, m_room);
        m_room -= length;
    }
    m_said += m_outgoing.left(length);
    m_outgoing.remove(0, length);
    if (!m_over)
        Q_EMIT written(length);
    return true;
}

qint64 ScriptedConnection::duration(const QString &word)
{
    bool ok = false;
    const qint64 seconds = word.endsWith(QLatin1Char('s')) ? word.chopped(1).toLongLong(&ok) : 0;
    if (!ok)
        fail(QStringLiteral("not a duration: %1").arg(word));
    return seconds * 1000;
}

} // namespace Support
