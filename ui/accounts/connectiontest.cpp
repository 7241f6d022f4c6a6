#include "ui/accounts/connectiontest.h"

#include "ui/accounts/certificatepanel.h"
#include "ui/common/background.h"
#include "ui/common/explain.h"
#include "ui/common/format.h"
#include "ui/common/messagebar.h"
#include "ui/common/plainlabel.h"
#include "ui/common/theme.h"
#include "ui/common/words.h"
#include "ui/transcript/transcriptview.h"

#include <QGridLayout>
#include <QRandomGenerator>
#include <QVBoxLayout>

namespace Ui {

namespace {

enum GridColumn { IconColumn, StepColumn, DetailColumn, TimeColumn };

QLabel *makeLabel(QWidget *parent)
{
    auto *label = new PlainLabel(parent);
    return label;
}

} // namespace

ConnectionTest::ConnectionTest(Outbox::Mailroom &mailroom, Preferences &preferences, Prompts &prompts,
                               QWidget *parent)
    : QWidget(parent)
    , m_mailroom(mailroom)
    , m_grid(new QGridLayout)
    , m_bar(new MessageBar(this))
    , m_certificate(new CertificatePanel(this))
    , m_transcript(new TranscriptView(preferences, prompts, this))
{
    setObjectName(QStringLiteral("connectionTest"));
    m_bar->setObjectName(QStringLiteral("testBar"));
    m_bar->setClosable(false);
    m_grid->setColumnStretch(DetailColumn, 1);
    m_grid->setHorizontalSpacing(8);
    m_grid->setVerticalSpacing(2);
    m_grid->setContentsMargins(8, 0, 8, 0);
    for (const Outbox::TestStep step : Outbox::allTestSteps())
        makeRow(step);
    m_transcript->setTitle(tr("connection-test"));
    m_transcript->setMinimumHeight(fontMetrics().height() * 12);
    m_transcript->hide();
    auto *column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(8);
    column->addLayout(m_grid);
    column->addWidget(m_bar);
    column->addWidget(m_certificate);
    column->addWidget(m_transcript, 1);
    connect(&m_mailroom, &Outbox::Mailroom::testFound, this,
            [this](int number, const Outbox::TestFinding &finding) {
                if (number == m_number)
                    found(finding);
            });
    connect(m_certificate, &CertificatePanel::accepted, this, [this](const Net::TlsFacts &facts) {
        const Net::Endpoint &server = m_account.server;
        Q_EMIT certificateAccepted({facts.sha256, server.host, server.port, facts.errors});
    });
    hide();
}

void ConnectionTest::makeRow(Outbox::TestStep step)
{
    const Row row{makeLabel(this), makeLabel(this), makeLabel(this), makeLabel(this)};
    row.step->setText(word(step));
    row.detail->setObjectName(QStringLiteral("finding-") + Outbox::name(step));
    row.detail->setWordWrap(true);
    row.detail->setTextInteractionFlags(Qt::TextSelectableByMouse);
    row.time->setAlignment(Qt::AlignTrailing | Qt::AlignTop);
    const int line = m_grid->rowCount();
    m_grid->addWidget(row.icon, line, IconColumn, Qt::AlignTop);
    m_grid->addWidget(row.step, line, StepColumn, Qt::AlignTop);
    m_grid->addWidget(row.detail, line, DetailColumn, Qt::AlignTop);
    m_grid->addWidget(row.time, line, TimeColumn, Qt::AlignTop);
    m_rows.insert(step, row);
}

void ConnectionTest::start(const Accounts::Account &account, const std::optional<QByteArray> &secret,
                           const std::optional<QByteArray> &proxySecret)
{
    m_number = QRandomGenerator::global()->bounded(1, 0x7fffffff); // other dialogs hear the same findings
    m_account = account;
    m_running = true;
    m_certificate->hide();
    m_transcript->hide();
    const bool encrypted = account.server.security != Net::Security::None;
    for (auto row = m_rows.cbegin(); row != m_rows.cend(); ++row) {
        const bool needed = (encrypted || (row.key() != Outbox::TestStep::Tls &&
                                           row.key() != Outbox::TestStep::Certificate)) &&
                            (account.needsSignIn() || row.key() != Outbox::TestStep::Auth);
        for (QLabel *label : {row->icon, row->step, row->detail, row->time})
            label->setVisible(needed);
        mark(*row, Role::Waiting, tr("not tried yet"));
        row->detail->setText(tr("not tried yet"));
        row->time->clear();
    }
    m_bar->tell(
        Role::Info,
        {tr("Testing the connection to %1…").arg(account.server.host), tr("Nothing is sent to anyone."), {}});
    show();
    whenAnswered(m_mailroom.testAccount(account, secret, m_number, proxySecret), this,
                 [this, number = m_number](const Outbox::TestReport &report) {
                     if (number == m_number)
                         done(report);
                 });
}

void ConnectionTest::mark(const Row &row, Role role, const QString &spoken)
{
    const int side = iconSide(*this);
    row.icon->setPixmap(icon(role).pixmap(side, side));
    row.icon->setAccessibleName(spoken);
    row.icon->setToolTip(plainToolTip(spoken));
}

void ConnectionTest::found(const Outbox::TestFinding &finding)
{
    const Row row = m_rows.value(finding.step);
    mark(row, finding.ok ? Role::Sent : Role::Failed, finding.ok ? tr("good") : tr("failed"));
    const Explanation explanation = explain(finding.step, finding.ok);
    row.detail->setText(finding.detail.isEmpty() ? explanation.headline : finding.detail);
    row.detail->setToolTip(plainToolTip(explanation.headline));
    row.time->setText(durationText(finding.milliseconds));
    for (QLabel *label : {row.icon, row.step, row.detail, row.time})
        label->show();
}

void ConnectionTest::done(const Outbox::TestReport &report)
{
    m_running = false;
    for (const Outbox::TestFinding &finding : report.findings)
        found(finding);
    if (report.ok()) {
        m_bar->tell(Role::Sent,
                    {tr("Everything works: this account can send."), tr("Save it to begin."), {}});
    } else {
        m_bar->tell(Role::Failed, explain(report.reason));
        const bool certificate =
            report.reason.error && report.reason.error->kind == Base::ErrorKind::CertificateRefused;
        if (certificate)
            m_certificate->show(report.tls);
    }
    m_transcript->setTranscript(report.transcript, report.reason);
    if (!report.transcript.isEmpty())
        m_bar->addButton(tr("&View transcript"), QStringLiteral("showTestTranscript"),
                         [this] { toggleTranscript(); });
    Q_EMIT finished(report.ok(), report.tls);
}

void ConnectionTest::toggleTranscript()
{
    m_transcript->setVisible(!m_transcript->isVisible());
}

} // namespace Ui
