#pragma once

// The path of a file or a folder, typed or chosen. It does not look whether it is there: that may wait for a
// disk.

#include <QWidget>

class QLineEdit;

namespace Ui {

class Prompts;

class FileLine : public QWidget
{
    Q_OBJECT

public:
    /// The line gets the object name, the button "choose-" and that name. Without a filter: a folder.
    FileLine(Prompts &prompts, const QString &objectName, const QString &title, const QString &filter,
             QWidget *parent = nullptr);

    QString path() const;
    void setPath(const QString &path);
    void setPlaceholderText(const QString &text);
    QLineEdit *line() const { return m_line; }

private:
    QLineEdit *m_line;
};

} // namespace Ui
