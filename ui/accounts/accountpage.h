#pragma once

// The first page of an account: who one is, the server, the user's name and the password. What is known of
// the address's provider is filled in where nobody has touched a new account's fields. What most people never
// need is on the other pages.

#include "core/accounts/account.h"
#include "core/accounts/providers.h"
#include "core/message/address.h"

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
    /// The address belongs to that one; none: to nobody who is known. Told when it changes.
    void providerKnown(const std::optional<Accounts::Provider> &provider);

private:
    void makeSecret();
    void guess();
    void follow(const std::optional<Accounts::Provider> &provider);
    void take(const Accounts::Provider &provider, const Message::Address &address);
    void followSecurity();
    void showPlace();

    Accounts::SecretPlace m_stored = Accounts::SecretPlace::None;
    bool m_isNew = true;
    bool m_needsSecret = false;
    QString m_provider;         ///< its id, as the address has it
    Accounts::Account m_filled; ///< what was put there by the program: such a field nobody has touched
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
    QLabel *m_providerWords;
};

} // namespace Ui
