#pragma once

// Adds or changes an account by hand: who one is, the server, the sign-in; what is rarely needed on a second
// tab. The test works on what stands in the fields, saved or not.

#include "core/outbox/mailroom.h"
#include "core/store/messagequery.h"

#include <QDialog>

class QCheckBox;
class QComboBox;
class QFormLayout;
class QLabel;
class QLineEdit;
class QPushButton;
class QSpinBox;
class QTabWidget;

namespace Ui {

class ConnectionTest;
class MessageBar;
class Preferences;
class Prompts;

class AccountDialog : public QDialog
{
    Q_OBJECT

public:
    /// account without an id: a new one.
    AccountDialog(Outbox::Mailroom &mailroom, Preferences &preferences, Prompts &prompts,
                  const Accounts::Account &account, QWidget *parent = nullptr);

    /// For "Sign in again…": the cursor stands in the password.
    void askForPassword();
    Accounts::Account account() const;

public Q_SLOTS:
    void test();
    void save();

Q_SIGNALS:
    void saved(const Accounts::Account &account);

private:
    QWidget *makeGeneral();
    QWidget *makeAdvanced();
    void fill(const Accounts::Account &account);
    void guess();
    void securityChanged();
    void secretChanged();
    void showTrust();
    std::optional<QByteArray> secret() const;
    bool check();
    void complain(const Base::Error &error);
    QLineEdit *makeLine(const QString &objectName, const QString &placeholder);

    Outbox::Mailroom &m_mailroom;
    Prompts &m_prompts;
    Accounts::Account m_account;
    MessageBar *m_bar;
    QTabWidget *m_tabs;
    QFormLayout *m_general = nullptr;
    QFormLayout *m_advanced = nullptr;
    QLineEdit *m_name;
    QLineEdit *m_fromName;
    QLineEdit *m_address;
    QLineEdit *m_host;
    QComboBox *m_security;
    QSpinBox *m_port;
    QLineEdit *m_user;
    QLineEdit *m_password;
    QComboBox *m_place;
    QLabel *m_placeWords;
    QLineEdit *m_command;
    QComboBox *m_auth;
    QLineEdit *m_caFile;
    QLabel *m_trusted;
    QPushButton *m_forget;
    QLineEdit *m_helo;
    QSpinBox *m_connections;
    QCheckBox *m_cleartext;
    QPushButton *m_test = nullptr;
    QPushButton *m_save = nullptr;
    ConnectionTest *m_connectionTest;
};

} // namespace Ui
