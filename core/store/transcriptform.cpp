#include "core/store/transcriptform.h"

#include <QJsonArray>
#include <QJsonDocument>

#include <algorithm>

namespace Store {

using Delivery::Speaker;
using Delivery::Transcript;
using Delivery::TranscriptLine;

namespace {

constexpr char json = 0; // qCompress() begins with the length, of which the highest octet is none
constexpr char plain = 1;
constexpr char compressed = 2;

// The first octet of a line: who, and what follows it.
constexpr quint8 speakers = 0x03;
constexpr quint8 hasTime = 0x04;  // the clock on the wall
constexpr quint8 isInStep = 0x08; // it went on by as much as the one that never jumps: it need not be said
constexpr quint8 hasElided = 0x10;

/// Seven bits an octet, the lowest first, the eighth where more follow; small numbers of either sign are
/// short.
void addNumber(QByteArray &out, qint64 number)
{
    quint64 rest = (static_cast<quint64>(number) << 1) ^ static_cast<quint64>(number >> 63);
    while (rest >= 0x80) {
        out += static_cast<char>(rest | 0x80);
        rest >>= 7;
    }
    out += static_cast<char>(rest);
}

class Reader
{
public:
    explicit Reader(QByteArrayView octets)
        : m_octets(octets)
    {
    }

    bool atEnd() const { return m_octets.isEmpty(); }

    quint8 octet()
    {
        if (m_octets.isEmpty())
            return 0;
        const char first = m_octets.front();
        m_octets = m_octets.sliced(1);
        return static_cast<quint8>(first);
    }

    qint64 number()
    {
        quint64 number = 0;
        for (int shift = 0; shift < 64; shift += 7) {
            const quint8 next = octet();
            number |= static_cast<quint64>(next & 0x7f) << shift;
            if (next < 0x80)
                break;
        }
        return static_cast<qint64>(number >> 1) ^ -static_cast<qint64>(number & 1);
    }

    QString text()
    {
        const auto told = static_cast<qsizetype>(number());
        const qsizetype size = std::clamp<qsizetype>(told, 0, m_octets.size());
        const QString text = QString::fromUtf8(m_octets.first(size));
        m_octets = m_octets.sliced(size);
        return text;
    }

private:
    QByteArrayView m_octets;
};

QByteArray linesOf(const Transcript &transcript)
{
    QByteArray out;
    out.reserve(longestPlain);
    qint64 when = 0;
    qint64 after = 0;
    for (const TranscriptLine &line : transcript.lines()) {
        const qint64 later = line.after - after;
        const qint64 now = line.when.isValid() ? line.when.toMSecsSinceEpoch() : when;
        const bool inStep = now - when == later;
        out += static_cast<char>((static_cast<quint8>(line.speaker) & speakers) |
                                 (line.when.isValid() ? hasTime : 0) | (inStep ? isInStep : 0) |
                                 (line.elided > 0 ? hasElided : 0));
        addNumber(out, later);
        if (!inStep)
            addNumber(out, now - when);
        if (line.elided > 0)
            addNumber(out, line.elided);
        const QByteArray text = line.text.toUtf8();
        addNumber(out, text.size());
        out += text;
        when = now;
        after = line.after;
    }
    return out;
}

Transcript fromLines(QByteArrayView octets)
{
    Transcript transcript;
    Reader reader(octets);
    qint64 when = 0;
    qint64 after = 0;
    while (!reader.atEnd()) {
        const quint8 head = reader.octet();
        const qint64 later = reader.number();
        after += later;
        when += (head & isInStep) != 0 ? later : reader.number();
        TranscriptLine line;
        line.speaker = static_cast<Speaker>(std::min<int>(head & speakers, static_cast<int>(Speaker::Note)));
        line.after = after;
        if ((head & hasTime) != 0)
            line.when = QDateTime::fromMSecsSinceEpoch(when, Qt::UTC);
        if ((head & hasElided) != 0)
            line.elided = static_cast<int>(reader.number());
        line.text = reader.text();
        transcript.add(std::move(line));
    }
    return transcript;
}

} // namespace

QByteArray packed(const Transcript &transcript)
{
    const QByteArray lines = linesOf(transcript);
    return lines.size() <= longestPlain ? plain + lines : compressed + qCompress(lines);
}

Transcript transcriptFrom(const QByteArray &stored)
{
    if (stored.isEmpty())
        return {};
    const QByteArrayView rest = QByteArrayView(stored).sliced(1);
    switch (stored.front()) {
    case plain:
        return fromLines(rest);
    case compressed:
        return fromLines(qUncompress(rest.toByteArray()));
    case json:
        return Transcript::fromJson(QJsonDocument::fromJson(qUncompress(stored)).array());
    default:
        return {};
    }
}

} // namespace Store
