#include "ui/transcript/protocoldelegate.h"

namespace Ui {

void ProtocolDelegate::initStyleOption(QStyleOptionViewItem *option, const QModelIndex &index) const
{
    QStyledItemDelegate::initStyleOption(option, index);
    option->direction = Qt::LeftToRight;
}

} // namespace Ui
