#pragma once

// The fields of the account's pages, made alike: each with its object name, each choice with its value.

#include <QComboBox>
#include <QString>

class QLineEdit;
class QSpinBox;

namespace Ui {

QLineEdit *makeLine(QWidget *parent, const char *objectName, const QString &placeholder);
/// The wheel changes neither of these by passing over it: only what has the focus.
QComboBox *makeBox(QWidget *parent, const char *objectName);
QSpinBox *makeNumber(QWidget *parent, const char *objectName, int least, int most);
/// Dots instead of letters, and a button in the line that shows them.
void makeSecretLine(QLineEdit *line, const QString &reveal);

template <class Value>
Value chosen(const QComboBox *box)
{
    return static_cast<Value>(box->currentData().toInt());
}

template <class Value>
void choose(QComboBox *box, Value value)
{
    box->setCurrentIndex(box->findData(static_cast<int>(value)));
}

} // namespace Ui
