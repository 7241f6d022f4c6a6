#pragma once

// The keys of which one must vouch for the server: a list to add to, to paste into and to remove from, and
// the key the server has shown in the last test. What is typed and not added yet counts as well, so that
// nothing is lost.

#include <QStringList>
#include <QWidget>

class QLineEdit;
class QListWidget;
class QPushButton;

namespace Ui {

class PinList : public QWidget
{
    Q_OBJECT

public:
    explicit PinList(QWidget *parent = nullptr);

    /// As Net::Trust has them; a word that is no pin as it was typed, for Accounts::check() to name.
    QStringList pins() const;
    void setPins(const QStringList &pins);
    /// The key of the server that was tested; empty: none is known.
    void offer(const QString &pin);
    QLineEdit *line() const { return m_line; }

Q_SIGNALS:
    void refused(const QString &word); ///< it is no pin; it stays in the line

protected:
    void keyPressEvent(QKeyEvent *event) override;

private:
    QStringList listed() const;
    QStringList typed() const;
    void append(const QString &pin);
    void add();
    void remove();
    void updateButtons();

    QLineEdit *m_line;
    QPushButton *m_add;
    QListWidget *m_list;
    QPushButton *m_remove;
    QPushButton *m_shown;
    QString m_offered;
};

} // namespace Ui
