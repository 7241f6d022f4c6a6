#pragma once

// Bytes, however they were cut, become whole replies (RFC 5321 §4.2). Everything is bounded: a line to 2,048
// octets, a reply to 128 lines and 64 KB (CVE-2026-110872 and its like); past a bound, or at the first line
// that is none, the parser is malformed() for good.

#include "core/delivery/serverreply.h"

#include <QByteArray>
#include <QByteArrayList>
#include <QList>

#include <functional>
#include <optional>

namespace Smtp {

class ReplyParser
{
public:
    /// Applied to the text of every line before it is kept (see Redactor).
    using Filter = std::function<QByteArray(const QByteArray &)>;
    void setFilter(Filter filter) { m_filter = std::move(filter); }

    void feed(const QByteArray &bytes);
    /// The next whole reply, if there is one.
    std::optional<Delivery::ServerReply> next();

    /// The text of the reply that next() gave last, as it was said, "\n" between its lines: for a sign-in,
    /// which is judged by what the server said and not by what may be written down.
    QByteArray unfiltered() const { return m_said; }

    /// Why nothing more can be parsed; empty while all is well.
    QString malformed() const { return m_malformed; }
    /// True when bytes are here that belong to no reply taken yet. Before TLS begins there must be none (law
    /// 6).
    bool hasLeftovers() const { return m_at < m_buffer.size() || !m_lines.isEmpty(); }
    /// Forgets everything: what was read in the clear is not known any more.
    void reset();

    static constexpr qsizetype longestLine = 2048;
    static constexpr qsizetype mostLines = 128;
    static constexpr qsizetype largestReply = 64 << 10;

private:
    bool takeLine(QByteArray line);
    QString kept(const QByteArray &text) const;

    Filter m_filter;
    QByteArray m_buffer;
    qsizetype m_at = 0;
    int m_code = 0;
    QStringList m_lines;
    QByteArrayList m_raw; ///< the same, as they were said
    QByteArray m_said;
    qsizetype m_size = 0;
    bool m_whole = false;
    QString m_malformed;
};

} // namespace Smtp
