#include "core/smtp/logbook.h"

namespace Smtp {

using Delivery::Speaker;

void Logbook::begin()
{
    m_transcript = {};
    m_began = m_clock.monotonic();
}

void Logbook::server(const Delivery::ServerReply &reply)
{
    const QStringList lines = reply.lines();
    for (qsizetype i = 0; i < lines.size(); ++i) {
        const QLatin1Char mark(i + 1 < lines.size() ? '-' : ' ');
        write(Speaker::Server, QString::number(reply.code()) + mark + lines.at(i));
    }
}

void Logbook::note(const QString &text)
{
    if (!text.isEmpty())
        write(Speaker::Note, text);
}

void Logbook::note(const Net::TlsFacts &facts)
{
    QString words =
        QStringLiteral("%1, %2, certificate for %3").arg(facts.protocol, facts.cipher, facts.subject);
    if (facts.expires.isValid())
        words += QStringLiteral(", valid until ") + facts.expires.toUTC().toString(Qt::ISODate);
    note(words);
}

void Logbook::write(Speaker speaker, const QString &text)
{
    const Delivery::TranscriptLine line{speaker, m_clock.now(), m_clock.monotonic() - m_began, text, 0};
    m_transcript.add(line);
    m_told(line);
}

} // namespace Smtp
