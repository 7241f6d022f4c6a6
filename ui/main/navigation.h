#pragma once

// Where things stand, at the left: folders with how many messages are in each. Nothing moves when numbers
// change.

#include "core/delivery/status.h"

#include <QHash>
#include <QTreeWidget>

namespace Ui {

enum class Folder {
    Outbox,
    Waiting,
    Retrying,
    Held,
    Uncertain,
    Scheduled,
    Sent,
    Failed,
    Cancelled,
    Drafts,
    Accounts
};

class Navigation : public QTreeWidget
{
    Q_OBJECT

public:
    explicit Navigation(QWidget *parent = nullptr);

    Folder folder() const;
    void choose(Folder folder);
    void setCounts(const QHash<Delivery::MessageState, int> &counts);
    void setDrafts(int count);
    /// waiting: accounts that wait for a person.
    void setAccounts(int count, int waiting);

    /// The states a folder shows; empty for drafts and accounts.
    static QList<Delivery::MessageState> statesOf(Folder folder);

Q_SIGNALS:
    void chosen(Ui::Folder folder);

private:
    void add(Folder folder, const QString &iconName, const QString &name, QTreeWidgetItem *parent = nullptr);
    void setCount(Folder folder, int count, const QString &spoken);

    QHash<Folder, QTreeWidgetItem *> m_items;
};

} // namespace Ui
