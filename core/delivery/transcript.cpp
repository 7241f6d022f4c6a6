#include "core/delivery/transcript.h"

#include <QJsonObject>

namespace Delivery {

namespace {

QLatin1String letter(Speaker speaker)
{
    switch (speaker) {
    case Speaker::Client:
        return QLatin1String("C");
    case Speaker::Server:
        return QLatin1String("S");
    case Speaker::Note:
        break;
    }
    return QLatin1String("*");
}

bool isRefusal(const TranscriptLine &line)
{
    return line.speaker == Speaker::Server &&
           (line.text.startsWith(QLatin1Char('4')) || line.text.startsWith(QLatin1Char('5')));
}

Speaker speakerFromName(const QString &name)
{
    if (name == QLatin1String("client"))
        return Speaker::Client;
    return name == QLatin1String("server") ? Speaker::Server : Speaker::Note;
}

} // namespace

QString name(Speaker speaker)
{
    switch (speaker) {
    case Speaker::Client:
        return QStringLiteral("client");
    case Speaker::Server:
        return QStringLiteral("server");
    case Speaker::Note:
        break;
    }
    return QStringLiteral("note");
}

void Transcript::add(TranscriptLine line)
{
    if (line.text.size() > longestLine)
        line.text = line.text.left(longestLine) + QChar(0x2026);
    m_lines.append(std::move(line));
    while (m_lines.size() > longest) {
        TranscriptLine &oldest = m_lines[m_gap];
        if (isRefusal(oldest) && m_refusals < refusalsKept) {
            ++m_refusals;
            ++m_gap;
        } else if (TranscriptLine &marker = m_lines[m_gap - 1]; marker.elided > 0) {
            marker = {Speaker::Note, oldest.when, oldest.after, {}, marker.elided + 1};
            m_lines.removeAt(m_gap);
        } else {
            oldest = {Speaker::Note, oldest.when, oldest.after, {}, 1};
            ++m_gap;
        }
    }
}

QJsonArray Transcript::toJson() const
{
    QJsonArray array;
    for (const TranscriptLine &line : m_lines) {
        QJsonObject object{
            {QStringLiteral("at"), line.when.toString(Qt::ISODateWithMs)},
            {QStringLiteral("ms"), line.after},
            {QStringLiteral("who"), name(line.speaker)},
            {QStringLiteral("text"), line.text},
        };
        if (line.elided > 0)
            object.insert(QStringLiteral("elided"), line.elided);
        array.append(object);
    }
    return array;
}

Transcript Transcript::fromJson(const QJsonArray &array)
{
    Transcript transcript;
    for (const QJsonValue &value : array) {
        const QJsonObject object = value.toObject();
        transcript.m_lines.append(
            {speakerFromName(object.value(QLatin1String("who")).toString()),
             QDateTime::fromString(object.value(QLatin1String("at")).toString(), Qt::ISODateWithMs),
             object.value(QLatin1String("ms")).toInteger(), object.value(QLatin1String("text")).toString(),
             object.value(QLatin1String("elided")).toInt()});
    }
    return transcript;
}

QString Transcript::toText() const
{
    QString out;
    for (const TranscriptLine &line : m_lines) {
        out += line.when.toString(QStringLiteral("HH:mm:ss.zzz ")) + letter(line.speaker) + QLatin1Char(' ');
        out += line.elided > 0 ? QStringLiteral("[%1 lines]").arg(line.elided) : line.text;
        out += QLatin1Char('\n');
    }
    return out;
}

} // namespace Delivery
