#pragma once

// The lines of one conversation as a table: when, who, what was said, what it means. Grows at the end.

#include "ui/transcript/annotations.h"

#include <QAbstractTableModel>

namespace Ui {

class TranscriptModel : public QAbstractTableModel
{
    Q_OBJECT

public:
    enum Column { When, Who, Said, Meaning, ColumnCount };

    using QAbstractTableModel::QAbstractTableModel;

    void set(const Delivery::Transcript &transcript, const Delivery::Reason &reason);
    void append(const QList<Delivery::TranscriptLine> &lines);
    /// Row of the line that decided; -1: none.
    int decidingRow() const { return m_decides; }

    /// Plain text of these rows; with meanings, each behind its line.
    QString toText(const QList<int> &rows, bool meanings) const;

    int rowCount(const QModelIndex &parent = {}) const override;
    int columnCount(const QModelIndex &parent = {}) const override;
    QVariant data(const QModelIndex &index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

private:
    QString text(int row, int column) const;

    QList<Delivery::TranscriptLine> m_lines;
    QStringList m_meanings;
    Annotator m_annotator;
    int m_decides = -1;
};

} // namespace Ui
