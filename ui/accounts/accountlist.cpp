#include "ui/accounts/accountlist.h"

#include "ui/accounts/accountdialog.h"
#include "ui/common/background.h"
#include "ui/common/explain.h"
#include "ui/common/format.h"
#include "ui/common/limitstanding.h"
#include "ui/common/messagebar.h"
#include "ui/common/plainlabel.h"
#include "ui/common/prompts.h"
#include "ui/common/theme.h"
#include "ui/common/words.h"

#include <QHBoxLayout>
#include <QHeaderView>
#include <QLocale>
#include <QPushButton>
#include <QStackedWidget>
#include <QTreeWidget>
#include <QVBoxLayout>

namespace Ui {

namespace {

enum Column { NameColumn, StateColumn, UsageColumn, SenderColumn, ServerColumn, ColumnCount };

constexpr int countMs = 500;
constexpr int agingMs = 10'000;

bool isHold(const Base::Result<Delivery::Reason> &pause)
{
    return pause && pause->error && pause->error->kind == Base::ErrorKind::OnHold;
}

} // namespace

AccountList::AccountList(Outbox::Mailroom &mailroom, const Store::MessageQuery &query,
                         const Base::Clock &clock, Preferences &preferences, Prompts &prompts,
                         QWidget *parent)
    : QWidget(parent)
    , m_mailroom(mailroom)
    , m_query(query)
    , m_clock(clock)
    , m_preferences(preferences)
    , m_prompts(prompts)
    , m_bar(new MessageBar(this))
    , m_list(new QTreeWidget(this))
    , m_empty(new PlainLabel(
          tr("Here will be the accounts you send through. Choose “Add account…” to begin."), this))
    , m_pages(new QStackedWidget(this))
{
    m_bar->setObjectName(QStringLiteral("accountsBar"));
    m_bar->setClosable(false);
    m_list->setObjectName(QStringLiteral("accountList"));
    m_list->setAccessibleName(tr("Accounts"));
    m_list->setRootIsDecorated(false);
    m_list->setUniformRowHeights(true);
    m_list->setAllColumnsShowFocus(true);
    m_list->setTextElideMode(Qt::ElideMiddle);
    m_list->setHeaderLabels({tr("Account"), tr("State"), tr("Sent"), tr("Sender"), tr("Server")});
    const int letter = fontMetrics().averageCharWidth();
    m_list->header()->resizeSection(NameColumn, letter * 18);
    m_list->header()->resizeSection(StateColumn, letter * 18);
    m_list->header()->resizeSection(UsageColumn, letter * 12);
    m_list->headerItem()->setToolTip(
        UsageColumn, plainToolTip(tr("What went through it, and how much its limit lets go")));
    m_list->header()->resizeSection(SenderColumn, letter * 26);
    m_empty->setAlignment(Qt::AlignCenter);
    m_empty->setWordWrap(true);
    m_empty->setForegroundRole(QPalette::PlaceholderText);
    m_pages->addWidget(m_list);
    m_pages->addWidget(m_empty);

    auto *buttons = new QHBoxLayout;
    buttons->addWidget(makeButton(tr("&Add account…"), QStringLiteral("addAccount"), &AccountList::add));
    m_edit = makeButton(tr("E&dit…"), QStringLiteral("editAccount"), &AccountList::editCurrent);
    m_default = makeButton(tr("Make defa&ult"), QStringLiteral("makeDefault"), &AccountList::makeDefault);
    m_remove = makeButton(tr("&Remove…"), QStringLiteral("removeAccount"), &AccountList::remove);
    m_hold = makeButton(tr("&Hold"), QStringLiteral("holdAccount"), &AccountList::holdCurrent);
    m_hold->setToolTip(plainToolTip(tr("Send nothing through this account until you release it")));
    for (QPushButton *button : {m_edit, m_default, m_hold, m_remove})
        buttons->addWidget(button);
    buttons->addStretch(1);
    auto *column = new QVBoxLayout(this);
    column->setContentsMargins(0, 4, 4, 4);
    column->addWidget(m_bar);
    column->addWidget(m_pages, 1);
    column->addLayout(buttons);

    connect(m_list, &QTreeWidget::currentItemChanged, this, &AccountList::updateButtons);
    connect(m_list, &QTreeWidget::itemActivated, this, &AccountList::editCurrent);
    connect(&m_mailroom, &Outbox::Mailroom::accountsChanged, this, &AccountList::reload);
    m_counting.setSingleShot(true);
    m_counting.setInterval(countMs);
    connect(&m_counting, &QTimer::timeout, this, &AccountList::updateUsage);
    connect(&m_mailroom, &Outbox::Mailroom::messageChanged, this, [this] {
        if (!m_counting.isActive())
            m_counting.start();
    });
    m_aging.setInterval(agingMs);
    connect(&m_aging, &QTimer::timeout, this, &AccountList::updateUsage);
    m_aging.start();
    reload();
}

QPushButton *AccountList::makeButton(const QString &text, const QString &objectName,
                                     void (AccountList::*slot)())
{
    auto *button = new QPushButton(text, this);
    button->setObjectName(objectName);
    connect(button, &QPushButton::clicked, this, slot);
    return button;
}

Base::AccountId AccountList::current() const
{
    const QTreeWidgetItem *item = m_list->currentItem();
    return item ? Base::AccountId{item->data(NameColumn, Qt::UserRole).toLongLong()} : Base::AccountId{};
}

void AccountList::reload()
{
    const Base::AccountId chosen = current();
    const Base::Result<QList<Accounts::Account>> accounts = m_query.accounts();
    m_list->clear();
    if (!accounts) {
        m_bar->tell(Role::Error, explain(accounts.error()));
        return;
    }
    for (const Accounts::Account &account : *accounts) {
        const Base::Result<Delivery::Reason> pause = m_query.pauseOf(account.id);
        const bool paused = pause && !pause->isNull();
        const bool held = isHold(pause);
        const Role role = held ? Role::Held : paused ? Role::Warning : Role::Sent;
        auto *item = new QTreeWidgetItem(m_list);
        item->setText(NameColumn, account.isDefault ? tr("%1 (default)").arg(account.name) : account.name);
        item->setIcon(NameColumn, icon(QStringLiteral("account")));
        item->setData(NameColumn, Qt::UserRole, account.id.value);
        item->setText(StateColumn, held ? tr("On hold") : paused ? tr("Waits for you") : tr("Ready"));
        item->setIcon(StateColumn, icon(role));
        item->setForeground(StateColumn, colour(role, palette()));
        item->setToolTip(StateColumn, plainToolTip(paused ? explain(*pause).toText() : QString()));
        item->setText(SenderColumn, account.fromAddress);
        item->setText(ServerColumn,
                      tr("%1, port %2", "server, port").arg(account.server.host).arg(account.server.port));
        item->setToolTip(ServerColumn, plainToolTip(word(account.server.security)));
        if (account.id == chosen || !m_list->currentItem())
            m_list->setCurrentItem(item);
    }
    m_pages->setCurrentIndex(accounts->isEmpty() ? 1 : 0);
    updateUsage();
    updateButtons();
}

void AccountList::showEvent(QShowEvent *event)
{
    QWidget::showEvent(event);
    updateUsage();
}

/// "312/500", of the limit that is nearest to its end; the tooltip has them all, and when what waits will go.
void AccountList::updateUsage()
{
    if (!isVisible())
        return;
    const QDateTime now = m_clock.now();
    for (int i = 0; i < m_list->topLevelItemCount(); ++i) {
        QTreeWidgetItem *item = m_list->topLevelItem(i);
        const Base::AccountId id{item->data(NameColumn, Qt::UserRole).toLongLong()};
        const Base::Result<Accounts::Account> account = m_query.account(id);
        if (!account)
            continue;
        const LimitStanding standing = standingOf(m_query, *account, now);
        const std::optional<Outbox::LimitUse> use = standing.tightest(now);
        const int sent = use ? use->used : standing.usage.since(now.addDays(-1)).messages;
        item->setText(
            UsageColumn,
            use ? tr("%1/%2", "used, limit").arg(QLocale().toString(sent), QLocale().toString(use->most))
                : QLocale().toString(sent));
        const bool full = use && use->used >= use->most;
        item->setIcon(UsageColumn, full ? icon(Role::Held) : QIcon());
        item->setToolTip(UsageColumn, plainToolTip(words(standing, now, QTimeZone::systemTimeZone())));
        item->setTextAlignment(UsageColumn, Qt::AlignRight | Qt::AlignVCenter);
    }
}

void AccountList::updateButtons()
{
    const bool chosen = current().isValid();
    for (QPushButton *button : {m_edit, m_default, m_remove})
        button->setEnabled(chosen);
    m_hold->setEnabled(chosen && !isHold(m_query.pauseOf(current())));
    tellPause();
}

void AccountList::tellPause()
{
    const Base::AccountId id = current();
    const Base::Result<Delivery::Reason> pause = m_query.pauseOf(id);
    if (!id.isValid() || !pause || pause->isNull())
        return m_bar->clear();
    if (m_query.isEverythingHeld()) // the window's own bar says so
        return m_bar->clear();
    if (isHold(pause)) {
        m_bar->tell(Role::Held, explain(*pause));
        m_bar->addButton(tr("Re&lease"), QStringLiteral("releaseAccount"), [this, id] { hold(id, false); });
        return;
    }
    m_bar->tell(Role::Warning, explain(*pause));
    if (pause->error && pause->error->kind == Base::ErrorKind::WeakerSignIn)
        m_bar->addButton(tr("A&ccept the weaker sign-in…"), QStringLiteral("acceptWeaker"),
                         [this, id] { acceptWeakerSignIn(id); });
    const Base::Result<Accounts::Account> account = m_query.account(id);
    const bool external = account && account->auth == Accounts::Auth::External;
    m_bar->addButton(external ? tr("Choose a&nother certificate…") : tr("Sig&n in again…"),
                     QStringLiteral("signInAgain"), [this, id] { signIn(id); });
    m_bar->addButton(tr("Tr&y again"), QStringLiteral("resumeAccount"),
                     [this, id] { watch(m_mailroom.resumeAccount(id)); });
}

void AccountList::hold(Base::AccountId id, bool held)
{
    watch(m_mailroom.holdAccount(id, held));
}

void AccountList::holdCurrent()
{
    hold(current(), true);
}

void AccountList::acceptWeakerSignIn(Base::AccountId id)
{
    m_prompts.ask(window(),
                  {tr("Sign in less safely than before?"),
                   tr("Do this only when the server's operator says that the change is meant. Somebody in "
                      "between could learn your password."),
                   tr("&Accept it"), tr("&Leave it"), true},
                  [this, id](bool yes) {
                      if (yes)
                          watch(m_mailroom.acceptWeakerSignIn(id));
                  });
}

void AccountList::watch(Outbox::Mailroom::Answer<void> answer)
{
    whenAnswered(answer, this, [this](const Base::Done &done) {
        if (!done)
            m_bar->tell(Role::Error, explain(done.error()));
    });
}

void AccountList::add()
{
    edit({}, false);
}

void AccountList::editCurrent()
{
    edit(current(), false);
}

void AccountList::signIn(Base::AccountId id)
{
    edit(id, true);
}

void AccountList::edit(Base::AccountId id, bool password)
{
    Accounts::Account account;
    if (id.isValid()) {
        const Base::Result<Accounts::Account> stored = m_query.account(id);
        if (!stored) {
            m_bar->tell(Role::Error, explain(stored.error()));
            return;
        }
        account = *stored;
    }
    auto *dialog = new AccountDialog(m_mailroom, m_preferences, m_prompts, account, window());
    if (Base::Result<QList<Accounts::Account>> others = m_query.accounts()) {
        others->removeIf([id](const Accounts::Account &other) { return other.id == id; });
        dialog->setOthers(*others);
    }
    if (id.isValid())
        dialog->tell(standingOf(m_query, account, m_clock.now()), m_clock.now());
    if (password)
        dialog->askForSecret();
    dialog->open();
}

void AccountList::makeDefault()
{
    watch(m_mailroom.setDefaultAccount(current()));
}

void AccountList::remove()
{
    const Base::AccountId id = current();
    const Base::Result<Accounts::Account> account = m_query.account(id);
    if (!account)
        return;
    m_prompts.ask(
        window(),
        {tr("Remove the account “%1”?").arg(account->name),
         tr("Its messages stay in the lists; those not sent yet are held. Its password is forgotten."),
         tr("&Remove account"), tr("&Keep it"), true},
        [this, id](bool yes) {
            if (yes)
                watch(m_mailroom.removeAccount(id));
        });
}

} // namespace Ui
