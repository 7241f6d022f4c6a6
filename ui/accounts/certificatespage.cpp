#include "ui/accounts/certificatespage.h"

#include "ui/accounts/certificatepanel.h"
#include "ui/accounts/fileline.h"
#include "ui/accounts/pinlist.h"
#include "ui/common/plainlabel.h"
#include "ui/common/theme.h"

#include <QFormLayout>
#include <QHBoxLayout>
#include <QHash>
#include <QLineEdit>
#include <QPushButton>

namespace Ui {

namespace {

/// The label leads to the line, not to the frame around it.
void addRow(QFormLayout *form, const QString &text, QWidget *row, QWidget *line)
{
    form->addRow(text, row);
    qobject_cast<QLabel *>(form->labelForField(row))->setBuddy(line);
}

} // namespace

CertificatesPage::CertificatesPage(Prompts &prompts, QWidget *parent)
    : QWidget(parent)
{
    const QString certificates = tr("Certificates (*.pem *.crt *.cer);;All files (*)");
    m_certificate = new FileLine(prompts, QStringLiteral("clientCertificate"), tr("Choose your certificate"),
                                 certificates, this);
    m_certificate->setPlaceholderText(tr("none: the server is shown none"));
    m_key = new FileLine(prompts, QStringLiteral("clientKey"), tr("Choose the key of your certificate"),
                         tr("Keys (*.pem *.key);;All files (*)"), this);
    m_key->setPlaceholderText(tr("PEM, without a passphrase"));
    m_caFile = new FileLine(prompts, QStringLiteral("caFile"), tr("Choose a file of authorities"),
                            certificates, this);
    m_caFile->setPlaceholderText(tr("none: those of the system only"));
    m_accepted = new PlainLabel(this);
    m_accepted->setObjectName(QStringLiteral("acceptedCertificate"));
    m_accepted->setWordWrap(true);
    m_accepted->setFont(fixedFont());
    m_forget = new QPushButton(tr("For&get it"), this);
    m_forget->setObjectName(QStringLiteral("forgetCertificate"));
    m_pins = new PinList(this);

    auto *accepted = new QHBoxLayout;
    accepted->addWidget(m_accepted, 1);
    accepted->addWidget(m_forget, 0, Qt::AlignTop);
    auto *form = new QFormLayout(this);
    addRow(form, tr("Yo&ur certificate:"), m_certificate, m_certificate->line());
    addRow(form, tr("Its &key:"), m_key, m_key->line());
    addRow(form, tr("Fu&rther authorities:"), m_caFile, m_caFile->line());
    form->addRow(tr("Accepted certificate:"), accepted);
    addRow(form, tr("&Pinned keys:"), m_pins, m_pins->line());
    auto *words =
        new PlainLabel(tr("One of these keys must vouch for the server, beside everything else. Pin its "
                          "next key in good time: once the server uses another one than these, "
                          "nothing is sent."),
                       this);
    words->setWordWrap(true);
    form->addRow(QString(), words);
    connect(m_forget, &QPushButton::clicked, this, [this] {
        accept({});
        m_pins->setFocus();
    });
    connect(m_pins, &PinList::refused, this, &CertificatesPage::pinRefused);
}

void CertificatesPage::fill(const Accounts::Account &account)
{
    m_certificate->setPath(account.trust.client.certificateFile);
    m_key->setPath(account.trust.client.keyFile);
    m_caFile->setPath(account.trust.caFile);
    m_pins->setPins(account.trust.pins);
    accept(account.trust.exception);
}

void CertificatesPage::write(Accounts::Account &account) const
{
    account.trust = {m_caFile->path(), m_exception, m_pins->pins(), {m_certificate->path(), m_key->path()}};
}

QWidget *CertificatesPage::field(const QString &subject) const
{
    const QHash<QString, QWidget *> fields{{QStringLiteral("client-certificate"), m_certificate->line()},
                                           {QStringLiteral("client-key"), m_key->line()},
                                           {QStringLiteral("trust"), m_forget},
                                           {QStringLiteral("trust-errors"), m_forget},
                                           {QStringLiteral("pin"), m_pins->line()}};
    return fields.value(subject);
}

void CertificatesPage::accept(const Net::CertificateException &exception)
{
    m_exception = exception;
    m_accepted->setText(exception.isNull() ? tr("none") : CertificatePanel::grouped(exception.sha256));
    m_forget->setVisible(!exception.isNull());
}

void CertificatesPage::offerKeyOf(const Net::TlsFacts &facts)
{
    m_pins->offer(facts.errors.isEmpty() ? facts.pin : QString());
}

QWidget *CertificatesPage::certificateField() const
{
    return m_certificate->line();
}

} // namespace Ui
