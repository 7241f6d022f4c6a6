#include "ui/practice/practicepage.h"

#include "ui/common/explain.h"
#include "ui/common/format.h"
#include "ui/common/messagebar.h"
#include "ui/common/plainlabel.h"
#include "ui/common/theme.h"
#include "ui/outbox/messagetext.h"
#include "ui/outbox/messageview.h"
#include "ui/practice/practicedesk.h"
#include "ui/practice/scenariowords.h"

#include <QAction>
#include <QComboBox>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLocale>
#include <QPushButton>
#include <QSplitter>
#include <QTreeWidget>
#include <QVBoxLayout>

namespace Ui {

namespace {

enum Column { WhenColumn, ToColumn, SubjectColumn, SizeColumn };

constexpr qint64 headOctets = 64 << 10; // of a message, to find its subject in

} // namespace

PracticePage::PracticePage(PracticeDesk &desk, const Store::MessageQuery &query, QWidget *parent)
    : QWidget(parent, Qt::Window)
    , m_desk(desk)
    , m_bar(new MessageBar(this))
    , m_state(new PlainLabel(this))
    , m_toggle(new QPushButton(this))
    , m_account(new QPushButton(tr("Create practice &account"), this))
    , m_compose(new QPushButton(icon(QStringLiteral("mail-message-new"), QStringLiteral("new-message")),
                                tr("&Write a letter to it"), this))
    , m_scenario(new QComboBox(this))
    , m_description(new PlainLabel(this))
    , m_received(new QTreeWidget(this))
    , m_message(new MessageView(query, this))
    , m_empty(new PlainLabel(tr("Here will be what the practice server receives."), this))
{
    setObjectName(QStringLiteral("practicePage"));
    setWindowTitle(tr("Practice server"));
    setWindowIcon(applicationIcon());
    m_bar->setObjectName(QStringLiteral("practiceBar"));
    m_state->setWordWrap(true);
    m_description->setWordWrap(true);
    m_description->setMinimumHeight(fontMetrics().height() *
                                    2); // nothing jumps from one scenario to the next
    m_description->setAlignment(Qt::AlignTop | Qt::AlignLeading);
    m_toggle->setObjectName(QStringLiteral("togglePractice"));
    m_account->setObjectName(QStringLiteral("makePracticeAccount"));
    m_compose->setObjectName(QStringLiteral("writePractice"));
    m_scenario->setObjectName(QStringLiteral("scenario"));
    for (const Practice::ScenarioRow &row : Practice::scenarios())
        m_scenario->addItem(title(row.scenario), static_cast<int>(row.scenario));
    m_received->setObjectName(QStringLiteral("received"));
    m_received->setAccessibleName(tr("Received messages"));
    m_received->setRootIsDecorated(false);
    m_received->setUniformRowHeights(true);
    m_received->setTextElideMode(Qt::ElideMiddle);
    m_received->setHeaderLabels({tr("Time"), tr("To"), tr("Subject"), tr("Size")});
    m_received->headerItem()->setTextAlignment(SizeColumn, Qt::AlignRight | Qt::AlignVCenter);
    const int letter = fontMetrics().averageCharWidth();
    m_received->header()->resizeSection(WhenColumn, letter * 12);
    m_received->header()->resizeSection(ToColumn, letter * 34);
    m_received->header()->resizeSection(SubjectColumn, letter * 34);
    m_empty->setAlignment(Qt::AlignCenter);
    m_empty->setForegroundRole(QPalette::PlaceholderText);

    auto *intro =
        new PlainLabel(tr("A mail server inside the program, on this computer only. It takes what you "
                          "send, shows it here and "
                          "delivers nothing to anyone: try what you like."),
                       this);
    intro->setWordWrap(true);
    auto *row = new QHBoxLayout;
    row->addWidget(m_state, 1);
    row->addWidget(m_account);
    row->addWidget(m_compose);
    row->addWidget(m_toggle);
    auto *form = new QFormLayout;
    form->addRow(tr("What &happens:"), m_scenario);
    form->addRow(QString(), m_description);
    auto *splitter = new QSplitter(Qt::Vertical, this);
    splitter->addWidget(m_received);
    splitter->addWidget(m_message);
    splitter->setStretchFactor(1, 2);
    splitter->setChildrenCollapsible(false);
    auto *column = new QVBoxLayout(this);
    column->setSpacing(8);
    column->addWidget(m_bar);
    column->addWidget(intro);
    column->addLayout(row);
    column->addLayout(form);
    column->addWidget(splitter, 1);
    column->addWidget(m_empty, 1);

    connect(m_toggle, &QPushButton::clicked, this, &PracticePage::startOrStop);
    connect(m_account, &QPushButton::clicked, this, &PracticePage::makeAccount);
    connect(m_compose, &QPushButton::clicked, this, &PracticePage::composeWanted);
    connect(m_scenario, &QComboBox::activated, this, [this] {
        m_desk.setScenario(static_cast<Practice::Scenario>(m_scenario->currentData().toInt()));
    });
    connect(m_received, &QTreeWidget::currentItemChanged, this, &PracticePage::showCurrent);
    connect(&m_desk, &PracticeDesk::changed, this, &PracticePage::update);
    connect(&m_desk.server(), &Practice::PracticeServer::received, this, &PracticePage::add);
    auto *close = new QAction(tr("Close"), this);
    close->setShortcuts({QKeySequence(QKeySequence::Close), QKeySequence(Qt::Key_Escape)});
    connect(close, &QAction::triggered, this, &QWidget::close);
    addAction(close);
    for (const Practice::ReceivedMessage &message : m_desk.server().messages())
        add(message);
    resize(windowSize(*this, 110, 38));
    update();
}

void PracticePage::startOrStop()
{
    if (m_desk.server().isRunning())
        return m_desk.stop();
    const Base::Done done = m_desk.start();
    if (!done)
        m_bar->tell(Role::Error, explain(done.error()));
    else
        m_desk.resume(); // the account follows the port
}

void PracticePage::makeAccount()
{
    m_desk.ensureAccount([this](const Base::Result<Accounts::Account> &account) {
        if (account)
            m_bar->tell(Role::Sent,
                        {tr("The account “%1” now sends to the practice server.").arg(account->name),
                         tr("Write a letter with it and watch what happens."),
                         {}});
        else
            m_bar->tell(Role::Error, explain(account.error()));
    });
}

void PracticePage::update()
{
    const bool running = m_desk.server().isRunning();
    const bool hasAccount = m_desk.account().has_value();
    m_state->setText(running ? tr("It runs on port %1.").arg(m_desk.server().port())
                             : tr("It is switched off."));
    m_toggle->setText(running ? tr("S&top") : tr("S&tart"));
    m_account->setVisible(!hasAccount);
    m_compose->setVisible(hasAccount);
    m_compose->setEnabled(running);
    const Practice::Scenario scenario = m_desk.server().scenario();
    m_scenario->setCurrentIndex(m_scenario->findData(static_cast<int>(scenario)));
    m_description->setText(description(scenario));
    const bool empty = m_received->topLevelItemCount() == 0;
    m_received->parentWidget()->setVisible(!empty);
    m_empty->setVisible(empty);
}

void PracticePage::add(const Practice::ReceivedMessage &message)
{
    const MessageText text = readMessageText(message.content.left(headOctets));
    QStringList to;
    for (const QByteArray &path : message.forwardPaths)
        to.append(QString::fromUtf8(path));
    auto *item = new QTreeWidgetItem;
    item->setText(WhenColumn,
                  QLocale().toString(message.when.toLocalTime().time(), QStringLiteral("HH:mm:ss")));
    item->setText(ToColumn, to.join(tr(", ", "between addresses")));
    item->setText(SubjectColumn, text.field(QStringLiteral("Subject")));
    item->setText(SizeColumn, sizeText(message.contentSize));
    item->setTextAlignment(SizeColumn, Qt::AlignRight | Qt::AlignVCenter);
    item->setData(WhenColumn, Qt::UserRole, message.number);
    m_received->insertTopLevelItem(0, item);
    if (!m_received->currentItem() || m_received->topLevelItemCount() == 1)
        m_received->setCurrentItem(item);
    update();
}

void PracticePage::showCurrent()
{
    const QTreeWidgetItem *item = m_received->currentItem();
    const qint64 number = item ? item->data(WhenColumn, Qt::UserRole).toLongLong() : 0;
    for (const Practice::ReceivedMessage &message : m_desk.server().messages()) {
        if (message.number == number)
            return m_message->showSource(message.content,
                                         message.encrypted
                                             ? tr("Came encrypted, signed in as “%1”.").arg(message.user)
                                             : tr("Came unencrypted."));
    }
    m_message->clear();
}

} // namespace Ui
