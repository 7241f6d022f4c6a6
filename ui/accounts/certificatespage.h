#pragma once

// The second page of an account: whose certificate is believed beside the system's authorities, which keys
// must vouch for the server, and which certificate of one's own is shown to it.

#include "core/accounts/account.h"
#include "core/net/tlsfacts.h"

#include <QWidget>

class QLabel;
class QPushButton;

namespace Ui {

class FileLine;
class PinList;
class Prompts;

class CertificatesPage : public QWidget
{
    Q_OBJECT

public:
    explicit CertificatesPage(Prompts &prompts, QWidget *parent = nullptr);

    void fill(const Accounts::Account &account);
    void write(Accounts::Account &account) const;
    /// The field that Accounts::check() names so; null: it is not on this page.
    QWidget *field(const QString &subject) const;

    void accept(const Net::CertificateException &exception);
    /// What the server showed in a test; its key can be pinned where its certificate was good. Empty facts:
    /// it is another server now, or none was tested.
    void offerKeyOf(const Net::TlsFacts &facts);
    /// The certificate of one's own, for those who sign in by it.
    QWidget *certificateField() const;

Q_SIGNALS:
    void pinRefused(const QString &word);

private:
    Net::CertificateException m_exception;
    FileLine *m_certificate;
    FileLine *m_key;
    FileLine *m_caFile;
    QLabel *m_accepted;
    QPushButton *m_forget;
    PinList *m_pins;
};

} // namespace Ui
