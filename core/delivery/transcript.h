#pragma once

// Who said what when in one attempt. Bounded: the middle gives way, never the beginning, the last lines, and
// what refused somebody in between: one of these decided. Only the session writes here, and it hands over
// each command in its public form, so no secret can get in (law 7).

#include <QDateTime>
#include <QJsonArray>
#include <QList>
#include <QMetaType>
#include <QString>

namespace Delivery {

enum class Speaker { Client, Server, Note };

struct TranscriptLine
{
    Speaker speaker = Speaker::Note;
    QDateTime when;   ///< UTC
    qint64 after = 0; ///< milliseconds since the attempt began, by a clock that never jumps
    QString text;
    int elided = 0; ///< over 0: this many lines stood here

    friend bool operator==(const TranscriptLine &, const TranscriptLine &) = default;
};

class Transcript
{
public:
    void add(TranscriptLine line);
    const QList<TranscriptLine> &lines() const { return m_lines; }
    bool isEmpty() const { return m_lines.isEmpty(); }

    QJsonArray toJson() const;
    static Transcript fromJson(const QJsonArray &array);
    /// Plain text fit for a letter to support: "12:00:01.123 S 250 Ok".
    QString toText() const;

    static constexpr int longest = 400;     ///< lines
    static constexpr int headKept = 120;    ///< never elided
    static constexpr int refusalsKept = 60; ///< of the lines that would give way, as many as refuse something
    static constexpr qsizetype longestLine = 2048;

private:
    QList<TranscriptLine> m_lines;
    qsizetype m_gap = headKept; ///< where the next line gives way
    int m_refusals = 0;         ///< that were kept on the way there
};

QString name(Speaker speaker); ///< "client", "server", "note"

} // namespace Delivery

Q_DECLARE_METATYPE(Delivery::TranscriptLine)
Q_DECLARE_METATYPE(Delivery::Transcript)
