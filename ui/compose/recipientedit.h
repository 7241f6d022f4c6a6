#pragma once

// One line for addresses. What is no address is named below it, once the line was left or sending was tried,
// and the complaint goes away as soon as it is mended.

#include "core/message/draft.h"

#include <QWidget>

class QLabel;
class QLineEdit;

namespace Ui {

class RecipientEdit : public QWidget
{
    Q_OBJECT

public:
    RecipientEdit(const QString &objectName, const QString &accessibleName, QWidget *parent = nullptr);

    QString text() const;
    void setText(const QString &text);
    /// Shows what is wrong now. True when nothing is; an empty line is fine.
    bool check();
    QLineEdit *line() const { return m_line; }

Q_SIGNALS:
    void edited();

private:
    QString problem() const;

    QLineEdit *m_line;
    QLabel *m_problem;
};

} // namespace Ui
