#pragma once

// One whole reply of a server (RFC 5321 §4.2), already bounded and stripped of what could deceive a reader
// (law 9).

#include <QByteArray>
#include <QString>
#include <QStringList>

namespace Delivery {

/// Foreign text made harmless: controls and bidi overrides out, invalid UTF-8 replaced, at most limit
/// characters.
QString sanitised(const QByteArray &foreign, qsizetype limit = 2048);

class ServerReply
{
public:
    ServerReply() = default;
    /// code: 200–599. lines: the texts behind "250-" and "250 ", sanitised.
    ServerReply(int code, QStringList lines);

    int code() const { return m_code; } ///< 0: no reply
    bool isNull() const { return m_code == 0; }
    bool isPositive() const { return m_code >= 200 && m_code < 300; }
    bool isIntermediate() const { return m_code >= 300 && m_code < 400; }
    bool isTransient() const { return m_code >= 400 && m_code < 500; }
    bool isPermanent() const { return m_code >= 500; }

    const QStringList &lines() const { return m_lines; }
    /// The lines as one text, "\n" between them, the enhanced code of the first line taken off all.
    QString text() const;
    /// "5.1.1" (RFC 3463); empty when there is none or when its class contradicts the code (RFC 2034 §4).
    QString enhanced() const { return m_enhanced; }
    /// "550 5.1.1 No such user": code and lines in one, for showing.
    QString toString() const;

    friend bool operator==(const ServerReply &, const ServerReply &) = default;

private:
    int m_code = 0;
    QString m_enhanced;
    QStringList m_lines;
};

} // namespace Delivery
