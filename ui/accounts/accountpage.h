#pragma once

// The first page of an account: who one is, the server, the user's name and the password. What most people
// never need is on the other two.

#include "core/accounts/account.h"

#include <QWidget>

#include <optional>

class QComboBox;
class QFormLayout;
class QLabel;
class QLineEdit;
class QSpinBox;

namespace Ui {

class AccountPage : public QWidget
{
    Q_OBJECT

public:
    explicit AccountPage(QWidget *parent = nullptr);

    void fill(const Accounts::Account &account);
    /// Into an account whose other pages have written already: where the secret lies depends on them.
    void write(Accounts::Account &account) const;
    /// The field that Accounts::check() names so; null: it is not on this page.
    QWidget *field(const QString &subject) const;

    /// What was typed; nothing: nothing was.
    std::optional<QByteArray> password() const;
    QLineEdit *passwordField() const;
    Net::Security security() const;
    /// Shows what a sign-in with a secret needs.
    void showSecret(bool needed);

Q_SIGNALS:
    void securityChosen();
    void serverEdited();
    void userEdited();

private:
    void makeSecret();
    void guess();
    void followSecurity();
    void showPlace();

    Accounts::SecretPlace m_stored = Accounts::SecretPlace::None;
    bool m_isNew = true;
    bool m_needsSecret = false;
    QFormLayout *m_form;
    QLineEdit *m_name;
    QLineEdit *m_fromName;
    QLineEdit *m_address;
    QLineEdit *m_host;
    QComboBox *m_security;
    QSpinBox *m_port;
    QLineEdit *m_user;
    QLineEdit *m_password;
    QComboBox *m_place;
    QLineEdit *m_command;
    QLabel *m_placeWords;
};

} // namespace Ui
