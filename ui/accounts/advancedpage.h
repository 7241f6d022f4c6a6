#pragma once

// The last page of an account, for those whose server or network is unlike others': how to sign in, what is
// said to the server, the way to it, and how many messages are under way at once.

#include "core/accounts/account.h"
#include "core/accounts/providers.h"

#include <QWidget>

#include <optional>

class QCheckBox;
class QComboBox;
class QFormLayout;
class QLabel;
class QLineEdit;
class QSpinBox;

namespace Ui {

class FileLine;
class Prompts;

class AdvancedPage : public QWidget
{
    Q_OBJECT

public:
    explicit AdvancedPage(Prompts &prompts, QWidget *parent = nullptr);

    /// Those that could send instead, and which one does; invalid: none.
    void setOthers(const QList<Accounts::Account> &others, Base::AccountId chosen);
    void fill(const Accounts::Account &account);
    void write(Accounts::Account &account) const;
    /// The field that Accounts::check() names so; null: it is not on this page.
    QWidget *field(const QString &subject) const;

    /// How that provider wants to be signed in to, in a new account where nobody has chosen another way.
    void offer(const std::optional<Accounts::Provider> &provider);

    /// What was typed; nothing: nothing was.
    std::optional<QByteArray> proxyPassword() const;
    QLineEdit *proxyPasswordField() const;
    /// A password in the clear is a question only where nothing is encrypted.
    void setSecurity(Net::Security security);

Q_SIGNALS:
    void authChosen();

private:
    void makeSignIn();
    void makeProxy();
    void makePace();
    void makeFallback();
    void makeSentFolder();
    void showAuth();
    void followProxy();
    void showProxy();
    void takeProxyUrl();
    Net::Proxy proxy() const;

    bool m_isNew = true;
    Accounts::Auth m_filled = Accounts::Auth::Auto; ///< what was put there by the program
    QFormLayout *m_form;
    QComboBox *m_auth;
    QLabel *m_authWords;
    QCheckBox *m_cleartext;
    QLineEdit *m_helo;
    QCheckBox *m_lmtp;
    QComboBox *m_proxyKind;
    QLineEdit *m_proxyHost;
    QSpinBox *m_proxyPort;
    QLineEdit *m_proxyUser;
    QLineEdit *m_proxyPassword;
    QComboBox *m_lane;
    QLabel *m_laneWords;
    QSpinBox *m_connections;
    QSpinBox *m_perConnection;
    QComboBox *m_fallback;
    QLineEdit *m_alsoFrom;
    FileLine *m_sentFolder;
};

} // namespace Ui
