#pragma once

// Asks for one secret: the passphrase that opens the sealed vault, a new one for it (typed twice, with a hint
// at its strength), or an account's password. What was typed is handed over once and kept nowhere here.

#include <QDialog>

class QCheckBox;
class QLabel;
class QLineEdit;
class QProgressBar;
class QPushButton;

namespace Ui {

class MessageBar;

class PassphraseDialog : public QDialog
{
    Q_OBJECT

public:
    static PassphraseDialog *forVault(bool newVault, int attempt, QWidget *parent);
    static PassphraseDialog *forAccount(const QString &account, int attempt, QWidget *parent);

    QByteArray secret() const;

    /// 0 (guessed at once) to 4 (good): a rough estimate from length, kinds of characters and repetition.
    static int strength(const QString &text);

private:
    PassphraseDialog(const QString &title, const QString &intro, const QString &label, bool twice,
                     QWidget *parent);
    void check();

    QLineEdit *m_secret;
    QLineEdit *m_again = nullptr;
    QProgressBar *m_meter = nullptr;
    QLabel *m_hint = nullptr;
    MessageBar *m_bar;
    QPushButton *m_accept;
};

} // namespace Ui
