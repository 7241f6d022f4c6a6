#pragma once

// A device over another one whose bytes come out with CRLF line ends only. On the way it looks for what may
// not be sent: NUL, and lines over 998 octets (RFC 5321 §4.5.3.1.6).

#include "core/base/result.h"

#include <QIODevice>

namespace Message {

class CanonicalBody : public QIODevice
{
public:
    /// firstLine: number of the body's first line in the whole message, for messages to people.
    CanonicalBody(QIODevice &source, qint64 firstLine);

    bool isSequential() const override { return true; }
    bool atEnd() const override { return m_ended && m_ready.isEmpty(); }

    /// After reading to the end: what forbids sending it.
    Base::Done verdict() const { return m_trouble; }
    bool hasEightBit() const { return m_eightBit; }

protected:
    qint64 readData(char *data, qint64 maximum) override;
    qint64 writeData(const char *, qint64) override { return -1; }

private:
    void take(const QByteArray &chunk);
    void endLine();

    QIODevice &m_source;
    QByteArray m_ready;
    Base::Done m_trouble;
    qint64 m_line;
    qint64 m_column = 0;
    bool m_afterCr = false;
    bool m_eightBit = false;
    bool m_ended = false;
};

} // namespace Message
