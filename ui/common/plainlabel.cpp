#include "ui/common/plainlabel.h"

#include <QMessageBox>

namespace Ui {

PlainLabel::PlainLabel(QWidget *parent)
    : PlainLabel({}, parent)
{
}

PlainLabel::PlainLabel(const QString &text, QWidget *parent)
    : QLabel(parent)
{
    setTextFormat(Qt::PlainText);
    setText(text);
}

void setPlainTexts(QMessageBox &box, const QString &headline, const QString &advice)
{
    box.setTextFormat(Qt::PlainText);
    box.setText(headline);
    box.setInformativeText(advice);
    for (QLabel *label : box.findChildren<QLabel *>())
        label->setTextFormat(Qt::PlainText);
}

} // namespace Ui
