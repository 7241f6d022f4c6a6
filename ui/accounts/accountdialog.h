#pragma once

// Adds or changes an account by hand: pages of fields, a test that works on what stands in them, saved
// or not, and a bar that says what is wrong with which field. What the fields are is the pages' business.

#include "core/outbox/mailroom.h"

#include <QDialog>

class QDialogButtonBox;
class QPushButton;
class QScrollArea;
class QTabWidget;

namespace Ui {

class AccountPage;
class AdvancedPage;
class CertificatesPage;
class ConnectionTest;
class LimitsPage;
class MessageBar;
class Preferences;
class Prompts;
struct Explanation;
struct LimitStanding;

class AccountDialog : public QDialog
{
    Q_OBJECT

public:
    /// account without an id: a new one.
    AccountDialog(Outbox::Mailroom &mailroom, Preferences &preferences, Prompts &prompts,
                  const Accounts::Account &account, QWidget *parent = nullptr);

    /// For "Sign in again…": the cursor stands in what signs in, the password or the certificate.
    void askForSecret();
    /// How the account stands with its limits, for the page about them.
    void tell(const LimitStanding &standing, const QDateTime &now);
    /// The other accounts, which could send instead.
    void setOthers(const QList<Accounts::Account> &others);
    Accounts::Account account() const;

public Q_SLOTS:
    void test();
    void save();

Q_SIGNALS:
    void saved(const Accounts::Account &account);

private:
    void makeButtons(QDialogButtonBox *buttons);
    void connectPages();
    void connectTest();
    std::optional<QByteArray> secret() const;
    std::optional<QByteArray> proxySecret() const;
    bool check();
    bool hasSecrets();
    void complain(const Base::Error &error);
    void complain(const Explanation &explanation, QWidget *field);

    Outbox::Mailroom &m_mailroom;
    Accounts::Account m_account;
    MessageBar *m_bar;
    QScrollArea *m_scroll;
    QTabWidget *m_tabs;
    AccountPage *m_general;
    CertificatesPage *m_certificates;
    LimitsPage *m_limits;
    AdvancedPage *m_advanced;
    QPushButton *m_test = nullptr;
    QPushButton *m_save = nullptr;
    ConnectionTest *m_connectionTest;
};

} // namespace Ui
