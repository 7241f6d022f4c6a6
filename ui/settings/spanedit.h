#pragma once

// A span of time as a person sets it: a number and its unit.

#include <QWidget>

class QComboBox;
class QSpinBox;

namespace Ui {

class SpanEdit : public QWidget
{
    Q_OBJECT

public:
    /// none: what 0 reads as ("never"); empty: it cannot be 0. The number has that object name, the unit the
    /// same with "Unit" behind it.
    SpanEdit(const QString &name, const QString &none, QWidget *parent = nullptr);

    /// Whole seconds; in the largest unit that comes out even.
    void setSpan(qint64 milliseconds);
    qint64 span() const;

Q_SIGNALS:
    void edited();

private:
    QSpinBox *m_number;
    QComboBox *m_unit;
};

} // namespace Ui
