#include "core/message/canonicalbody.h"

#include <QFileDevice>

#include <cstring>

namespace Message {

namespace {
constexpr qint64 longestLine = 998;
constexpr qint64 chunkSize = 64 << 10;
} // namespace

CanonicalBody::CanonicalBody(QIODevice &source, qint64 firstLine)
    : m_source(source)
    , m_line(firstLine)
{
    QIODevice::open(QIODevice::ReadOnly | QIODevice::Unbuffered);
}

void CanonicalBody::endLine()
{
    m_ready += "\r\n";
    ++m_line;
    m_column = 0;
}

void CanonicalBody::take(const QByteArray &chunk)
{
    for (const char c : chunk) {
        const bool afterCr = std::exchange(m_afterCr, c == '\r');
        if (c == '\n' && afterCr)
            continue; // the CR was the line end already
        if (c == '\r' || c == '\n') {
            endLine();
            continue;
        }
        if (c == '\0' && m_trouble.ok())
            m_trouble = Base::Error{
                Base::ErrorKind::BadMessage, {}, QStringLiteral("line %1 holds a NUL octet").arg(m_line)};
        if (++m_column == longestLine + 1 && m_trouble.ok())
            m_trouble = Base::Error{Base::ErrorKind::LineTooLong, QString::number(m_line),
                                    QStringLiteral("line %1 is longer than 998 octets").arg(m_line)};
        m_eightBit = m_eightBit || (static_cast<uchar>(c) & 0x80U) != 0;
        m_ready += c;
    }
}

qint64 CanonicalBody::readData(char *data, qint64 maximum)
{
    while (m_ready.isEmpty() && !m_ended && m_trouble.ok()) {
        const QByteArray chunk = m_source.read(chunkSize);
        if (chunk.isEmpty()) {
            m_ended = true;
            // A disk or a share that goes away must not look like the end of the message.
            const auto *file = qobject_cast<QFileDevice *>(&m_source);
            if ((file && file->error() != QFileDevice::NoError) ||
                (!m_source.isSequential() && !m_source.atEnd())) {
                m_trouble = Base::Error{Base::ErrorKind::FileUnreadable, file ? file->fileName() : QString(),
                                        m_source.errorString()};
                break;
            }
            if (m_column > 0)
                endLine();
            break;
        }
        take(chunk);
    }
    if (!m_trouble.ok()) {
        m_ended = true;
        m_ready.clear();
    }
    const qint64 size = std::min<qint64>(maximum, m_ready.size());
    if (size == 0)
        return m_ended ? -1 : 0;
    std::memcpy(data, m_ready.constData(), static_cast<size_t>(size));
    m_ready.remove(0, static_cast<qsizetype>(size));
    return size;
}

} // namespace Message
