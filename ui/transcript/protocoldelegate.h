#pragma once

// Paints what servers and programs say to each other from left to right in every locale: SMTP has one
// direction, and a mirrored line would read as another one.

#include <QStyledItemDelegate>

namespace Ui {

class ProtocolDelegate : public QStyledItemDelegate
{
public:
    using QStyledItemDelegate::QStyledItemDelegate;

protected:
    void initStyleOption(QStyleOptionViewItem *option, const QModelIndex &index) const override;
};

} // namespace Ui
