#include "ui/transcript/transcriptmodel.h"

#include "ui/common/format.h"
#include "ui/common/theme.h"

#include <QGuiApplication>
#include <QLocale>

namespace Ui {

void TranscriptModel::set(const Delivery::Transcript &transcript, const Delivery::Reason &reason)
{
    beginResetModel();
    m_lines = transcript.lines();
    m_annotator = {};
    m_meanings.clear();
    for (const Delivery::TranscriptLine &line : std::as_const(m_lines))
        m_meanings.append(m_annotator.annotate(line));
    m_decides = decidingLine(m_lines, reason);
    endResetModel();
}

void TranscriptModel::append(const QList<Delivery::TranscriptLine> &lines)
{
    if (lines.isEmpty())
        return;
    const int first = static_cast<int>(m_lines.size());
    beginInsertRows({}, first, first + static_cast<int>(lines.size()) - 1);
    for (const Delivery::TranscriptLine &line : lines) {
        m_lines.append(line);
        m_meanings.append(m_annotator.annotate(line));
    }
    endInsertRows();
}

QString TranscriptModel::toText(const QList<int> &rows, bool meanings) const
{
    QString out;
    for (const int row : rows) {
        if (row < 0 || row >= m_lines.size())
            continue;
        Delivery::Transcript one;
        one.add(m_lines.at(row));
        out += one.toText();
        if (meanings && !text(row, Meaning).isEmpty())
            out += QStringLiteral("               # %1\n").arg(text(row, Meaning));
    }
    return out;
}

int TranscriptModel::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_lines.size());
}

int TranscriptModel::columnCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : ColumnCount;
}

QString TranscriptModel::text(int row, int column) const
{
    const Delivery::TranscriptLine &line = m_lines.at(row);
    switch (column) {
    case When:
        return line.when.toLocalTime().toString(QStringLiteral("HH:mm:ss.zzz"));
    case Who:
        if (line.speaker == Delivery::Speaker::Note)
            return {};
        return line.speaker == Delivery::Speaker::Client ? tr("We", "who speaks in the transcript")
                                                         : tr("Server");
    case Said:
        if (line.elided > 0)
            return line.elided == 1 ? tr("… 1 line left out …")
                                    : tr("… %n lines left out …", nullptr, line.elided);
        return line.text;
    case Meaning:
        if (row == m_decides)
            return m_meanings.at(row).isEmpty() ? tr("◀ This decided it")
                                                : tr("◀ This decided it: %1").arg(m_meanings.at(row));
        return m_meanings.at(row);
    default:
        return {};
    }
}

QVariant TranscriptModel::data(const QModelIndex &index, int role) const
{
    if (!index.isValid() || index.row() >= m_lines.size())
        return {};
    const Delivery::TranscriptLine &line = m_lines.at(index.row());
    switch (role) {
    case Qt::DisplayRole:
        return text(index.row(), index.column());
    case Qt::ToolTipRole:
        return plainToolTip(index.column() == When
                                ? tr("%1 after the attempt began").arg(durationText(line.after))
                                : text(index.row(), index.column()));
    case Qt::FontRole: {
        if (index.column() == Who || (index.column() == Meaning && index.row() != m_decides))
            return {};
        QFont font = index.column() == Meaning ? QGuiApplication::font() : fixedFont();
        font.setBold(index.row() == m_decides);
        font.setItalic(index.column() == Said && line.speaker == Delivery::Speaker::Note);
        return font;
    }
    case Qt::ForegroundRole: {
        const QPalette palette = QGuiApplication::palette();
        if (index.column() == When || line.speaker == Delivery::Speaker::Note)
            return colour(Role::Waiting, palette);
        if (index.column() == Said && line.speaker == Delivery::Speaker::Server && !line.text.isEmpty()) {
            const QChar kind = line.text.at(0);
            if (kind == QLatin1Char('5'))
                return colour(Role::Failed, palette);
            if (kind == QLatin1Char('4'))
                return colour(Role::Retrying, palette);
        }
        return index.column() == Said && line.speaker == Delivery::Speaker::Client
                   ? QVariant(colour(Role::Sending, palette))
                   : QVariant();
    }
    default:
        return {};
    }
}

QVariant TranscriptModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal || role != Qt::DisplayRole)
        return {};
    switch (section) {
    case When:
        return tr("Time");
    case Who:
        return tr("Who");
    case Said:
        return tr("Said");
    case Meaning:
        return tr("What it means");
    default:
        return {};
    }
}

} // namespace Ui
