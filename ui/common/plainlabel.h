#pragma once

// The label of this program: what it shows is text and never markup, whoever wrote it (law 9). Qt's own
// guesses, and would fetch a server's "<img src=…>"; so tests/architecture allows no other one, and no other
// way to tell a person something in a box.

#include <QLabel>

class QMessageBox;

namespace Ui {

class PlainLabel : public QLabel
{
    Q_OBJECT

public:
    explicit PlainLabel(QWidget *parent = nullptr);
    explicit PlainLabel(const QString &text, QWidget *parent = nullptr);
};

/// Both texts of a box; Qt lets only the first one be plain.
void setPlainTexts(QMessageBox &box, const QString &headline, const QString &advice);

} // namespace Ui
