#include "ui/accounts/certificatepanel.h"

#include "ui/common/format.h"
#include "ui/common/plainlabel.h"
#include "ui/common/theme.h"

#include <QFormLayout>
#include <QHBoxLayout>
#include <QPushButton>
#include <QVBoxLayout>

namespace Ui {

CertificatePanel::CertificatePanel(QWidget *parent)
    : QFrame(parent)
    , m_form(new QFormLayout)
    , m_accept(
          new QPushButton(icon(QStringLiteral("certificate")), tr("&Accept exactly this certificate"), this))
{
    setObjectName(QStringLiteral("certificatePanel"));
    setFrameShape(QFrame::StyledPanel);
    m_accept->setObjectName(QStringLiteral("acceptCertificate"));
    m_accept->setAutoDefault(false);
    connect(m_accept, &QPushButton::clicked, this, [this] { Q_EMIT accepted(m_facts); });
    m_form->setHorizontalSpacing(16);
    m_form->setVerticalSpacing(4);
    auto *advice = new PlainLabel(tr("Ask the server's operator for the fingerprint, in another way than by "
                                     "mail, and compare every block. "
                                     "If one differs, somebody may be in between: do not accept."),
                                  this);
    advice->setWordWrap(true);
    auto *row = new QHBoxLayout;
    row->addStretch(1);
    row->addWidget(m_accept);
    auto *column = new QVBoxLayout(this);
    column->setSpacing(8);
    column->addLayout(m_form);
    column->addWidget(advice);
    column->addLayout(row);
    hide();
}

void CertificatePanel::show(const Net::TlsFacts &facts)
{
    while (m_form->rowCount() > 0)
        m_form->removeRow(0);
    m_facts = facts;
    addFact(tr("Certificate for:"),
            facts.names.isEmpty() ? facts.subject : facts.names.join(tr(", ", "between names")));
    addFact(tr("Issued by:"), facts.issuer);
    addFact(tr("Valid until:"), exactTime(facts.expires));
    addFact(tr("SHA-256:"), grouped(facts.sha256), true);
    addFact(tr("What is wrong:"), facts.problems.join(QLatin1Char('\n')));
    m_accept->setEnabled(!facts.errors.isEmpty()); // an unpinned key is no error one could accept
    setVisible(!facts.sha256.isEmpty());
}

void CertificatePanel::addFact(const QString &label, const QString &value, bool fixed)
{
    auto *text = new PlainLabel(value, this);
    text->setWordWrap(true);
    text->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    if (fixed)
        text->setFont(fixedFont());
    m_form->addRow(label, text);
}

QString CertificatePanel::grouped(const QString &sha256)
{
    QStringList blocks;
    for (qsizetype at = 0; at < sha256.size(); at += 4)
        blocks.append(sha256.mid(at, 4).toUpper());
    return blocks.join(QLatin1Char(' '));
}

} // namespace Ui
