#pragma once

// The recipients of one message, each with its own verdict and what the server said of it.

#include "core/store/rows.h"

#include <QAbstractTableModel>

namespace Ui {

class RecipientModel : public QAbstractTableModel
{
    Q_OBJECT

public:
    enum Column { State, Who, Field, Attempts, Why, ColumnCount };

    using QAbstractTableModel::QAbstractTableModel;

    /// Keeps rows where they are when only their states changed.
    void set(const QList<Store::RecipientRow> &recipients);

    int rowCount(const QModelIndex &parent = {}) const override;
    int columnCount(const QModelIndex &parent = {}) const override;
    QVariant data(const QModelIndex &index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

private:
    QString text(const Store::RecipientRow &row, int column) const;

    QList<Store::RecipientRow> m_rows;
};

} // namespace Ui
