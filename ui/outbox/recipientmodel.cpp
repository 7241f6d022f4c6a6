#include "ui/outbox/recipientmodel.h"

#include "ui/common/explain.h"
#include "ui/common/format.h"
#include "ui/common/theme.h"
#include "ui/common/words.h"

#include <QGuiApplication>
#include <QLocale>

namespace Ui {

void RecipientModel::set(const QList<Store::RecipientRow> &recipients)
{
    const bool same =
        recipients.size() == m_rows.size() &&
        std::equal(recipients.begin(), recipients.end(), m_rows.begin(),
                   [](const auto &one, const auto &other) { return one.address == other.address; });
    if (same) {
        m_rows = recipients;
        if (!m_rows.isEmpty())
            Q_EMIT dataChanged(index(0, 0), index(rowCount() - 1, ColumnCount - 1));
        return;
    }
    beginResetModel();
    m_rows = recipients;
    endResetModel();
}

int RecipientModel::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_rows.size());
}

int RecipientModel::columnCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : ColumnCount;
}

QString RecipientModel::text(const Store::RecipientRow &row, int column) const
{
    switch (column) {
    case State:
        return word(row.state);
    case Who:
        return row.name.isEmpty() ? row.address : tr("%1 <%2>", "name, address").arg(row.name, row.address);
    case Field:
        return word(row.field);
    case Attempts:
        return QLocale().toString(row.attempts);
    case Why:
        if (row.state == Delivery::RecipientState::Accepted)
            return row.reason.reply.isNull() ? explain(row.state).headline : row.reason.reply.toString();
        return row.reason.isNull() || row.state == Delivery::RecipientState::Cancelled
                   ? explain(row.state).headline
                   : explain(row.reason).headline;
    default:
        return {};
    }
}

QVariant RecipientModel::data(const QModelIndex &index, int role) const
{
    if (!index.isValid() || index.row() >= m_rows.size())
        return {};
    const Store::RecipientRow &row = m_rows.at(index.row());
    switch (role) {
    case Qt::DisplayRole:
        return text(row, index.column());
    case Qt::DecorationRole:
        return index.column() == State ? QVariant(icon(roleOf(row.state))) : QVariant();
    case Qt::ForegroundRole:
        return index.column() == State ? QVariant(colour(roleOf(row.state), QGuiApplication::palette()))
                                       : QVariant();
    case Qt::TextAlignmentRole:
        return index.column() == Attempts ? QVariant(int(Qt::AlignRight | Qt::AlignVCenter)) : QVariant();
    case Qt::ToolTipRole:
        return plainToolTip(index.column() == Why && !row.reason.isNull() ? explain(row.reason).toText()
                                                                          : text(row, index.column()));
    default:
        return {};
    }
}

QVariant RecipientModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal || role != Qt::DisplayRole)
        return {};
    switch (section) {
    case State:
        return tr("State");
    case Who:
        return tr("Recipient");
    case Field:
        return tr("Field");
    case Attempts:
        return tr("Attempts");
    case Why:
        return tr("What the server says");
    default:
        return {};
    }
}

} // namespace Ui
