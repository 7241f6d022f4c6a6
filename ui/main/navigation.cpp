#include "ui/main/navigation.h"

#include "ui/common/format.h"
#include "ui/common/theme.h"
#include "ui/common/words.h"

#include <QHeaderView>
#include <QLocale>

namespace Ui {

namespace {

enum Column { NameColumn, CountColumn };

} // namespace

Navigation::Navigation(QWidget *parent)
    : QTreeWidget(parent)
{
    using enum Delivery::MessageState;
    setObjectName(QStringLiteral("navigation"));
    setAccessibleName(tr("Folders"));
    setColumnCount(2);
    setHeaderHidden(true);
    setUniformRowHeights(true);
    setIconSize({iconSide(*this), iconSide(*this)});
    setAllColumnsShowFocus(true);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    header()->setStretchLastSection(false);
    header()->setSectionResizeMode(NameColumn, QHeaderView::Stretch);
    header()->setSectionResizeMode(CountColumn, QHeaderView::ResizeToContents);
    header()->setMinimumSectionSize(fontMetrics().averageCharWidth() * 4);

    add(Folder::Outbox, QStringLiteral("outbox"), tr("Outbox"));
    QTreeWidgetItem *outbox = m_items.value(Folder::Outbox);
    add(Folder::Waiting, {}, word(Queued), outbox);
    add(Folder::Retrying, {}, word(Deferred), outbox);
    add(Folder::Held, {}, word(Delivery::MessageState::Held), outbox);
    add(Folder::Uncertain, {}, word(Delivery::MessageState::Uncertain), outbox);
    outbox->setExpanded(true);
    add(Folder::Scheduled, {}, word(Delivery::MessageState::Scheduled));
    add(Folder::Sent, QStringLiteral("sent"), tr("Sent"));
    add(Folder::Failed, QStringLiteral("failed"), tr("Failed"));
    add(Folder::Cancelled, QStringLiteral("cancel"), tr("Cancelled"));
    add(Folder::Drafts, QStringLiteral("drafts"), tr("Drafts"));
    add(Folder::Accounts, QStringLiteral("account"), tr("Accounts"));
    setCurrentItem(outbox);
    connect(this, &QTreeWidget::currentItemChanged, this, [this] { Q_EMIT chosen(folder()); });
}

void Navigation::add(Folder folder, const QString &iconName, const QString &name, QTreeWidgetItem *parent)
{
    auto *item = parent ? new QTreeWidgetItem(parent) : new QTreeWidgetItem(this);
    item->setText(NameColumn, name);
    item->setTextAlignment(CountColumn, Qt::AlignRight | Qt::AlignVCenter);
    item->setData(NameColumn, Qt::UserRole, static_cast<int>(folder));
    item->setIcon(NameColumn, iconName.isEmpty() ? icon(roleOf(statesOf(folder).first())) : icon(iconName));
    m_items.insert(folder, item);
}

Folder Navigation::folder() const
{
    const QTreeWidgetItem *item = currentItem();
    return item ? static_cast<Folder>(item->data(NameColumn, Qt::UserRole).toInt()) : Folder::Outbox;
}

void Navigation::choose(Folder folder)
{
    setCurrentItem(m_items.value(folder));
}

QList<Delivery::MessageState> Navigation::statesOf(Folder folder)
{
    using enum Delivery::MessageState;
    switch (folder) {
    case Folder::Outbox:
        return {Undoable,
                Queued,
                Sending,
                Deferred,
                Delivery::MessageState::Held,
                Delivery::MessageState::Uncertain};
    case Folder::Waiting:
        return {Queued, Undoable, Sending};
    case Folder::Scheduled:
        return {Delivery::MessageState::Scheduled};
    case Folder::Retrying:
        return {Deferred};
    case Folder::Held:
        return {Delivery::MessageState::Held};
    case Folder::Uncertain:
        return {Delivery::MessageState::Uncertain};
    case Folder::Sent:
        return {Delivery::MessageState::Sent};
    case Folder::Failed:
        return {Delivery::MessageState::Failed, PartlySent};
    case Folder::Cancelled:
        return {Delivery::MessageState::Cancelled};
    case Folder::Drafts:
    case Folder::Accounts:
        break;
    }
    return {};
}

void Navigation::setCounts(const QHash<Delivery::MessageState, int> &counts)
{
    for (auto item = m_items.cbegin(); item != m_items.cend(); ++item) {
        const QList<Delivery::MessageState> states = statesOf(item.key());
        if (states.isEmpty())
            continue;
        int count = 0;
        for (const Delivery::MessageState state : states)
            count += counts.value(state);
        setCount(item.key(), count, count == 1 ? tr("1 message") : tr("%n messages", nullptr, count));
    }
}

void Navigation::setDrafts(int count)
{
    setCount(Folder::Drafts, count, count == 1 ? tr("1 draft") : tr("%n drafts", nullptr, count));
}

void Navigation::setAccounts(int count, int waiting)
{
    setCount(Folder::Accounts, count, count == 1 ? tr("1 account") : tr("%n accounts", nullptr, count));
    QTreeWidgetItem *item = m_items.value(Folder::Accounts);
    item->setIcon(NameColumn, waiting > 0 ? icon(Role::Warning) : icon(QStringLiteral("account")));
    const QString waits =
        waiting == 1 ? tr("1 account waits for you") : tr("%n accounts wait for you", nullptr, waiting);
    item->setToolTip(NameColumn, plainToolTip(waiting == 0 ? QString() : waits));
}

void Navigation::setCount(Folder folder, int count, const QString &spoken)
{
    QTreeWidgetItem *item = m_items.value(folder);
    item->setText(CountColumn, count > 0 ? QLocale().toString(count) : QString());
    item->setData(NameColumn, Qt::AccessibleDescriptionRole, spoken);
    // What a person has to look at stands out; the rest is a number.
    const bool urgent = count > 0 && (folder == Folder::Uncertain || folder == Folder::Failed);
    QFont font = this->font();
    font.setBold(urgent);
    item->setFont(NameColumn, font);
    item->setFont(CountColumn, font);
}

} // namespace Ui
