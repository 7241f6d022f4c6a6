#include "ui/main/draftsview.h"

#include "ui/common/background.h"
#include "ui/common/explain.h"
#include "ui/common/format.h"
#include "ui/common/messagebar.h"
#include "ui/common/plainlabel.h"
#include "ui/common/theme.h"

#include <QAction>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QPushButton>
#include <QStackedWidget>
#include <QTreeWidget>
#include <QVBoxLayout>

namespace Ui {

namespace {

enum Column { SubjectColumn, ToColumn, ChangedColumn };

} // namespace

DraftsView::DraftsView(Outbox::Mailroom &mailroom, const Store::MessageQuery &query, const Base::Clock &clock,
                       QWidget *parent)
    : QWidget(parent)
    , m_mailroom(mailroom)
    , m_query(query)
    , m_clock(clock)
    , m_bar(new MessageBar(this))
    , m_list(new QTreeWidget(this))
    , m_pages(new QStackedWidget(this))
    , m_open(new QPushButton(tr("&Open"), this))
    , m_remove(new QPushButton(tr("&Delete"), this))
{
    m_bar->setObjectName(QStringLiteral("draftsBar"));
    m_list->setObjectName(QStringLiteral("draftList"));
    m_list->setAccessibleName(tr("Drafts"));
    m_list->setRootIsDecorated(false);
    m_list->setUniformRowHeights(true);
    m_list->setAllColumnsShowFocus(true);
    m_list->setTextElideMode(Qt::ElideMiddle);
    m_list->setHeaderLabels({tr("Subject"), tr("To"), tr("Changed")});
    const int letter = fontMetrics().averageCharWidth();
    m_list->header()->setStretchLastSection(false);
    m_list->header()->setSectionResizeMode(SubjectColumn, QHeaderView::Stretch);
    m_list->header()->resizeSection(ToColumn, letter * 40);
    m_list->header()->resizeSection(ChangedColumn, letter * 20);
    auto *empty = new PlainLabel(
        tr("Here will be the messages you began and did not send. They are saved while you write."), this);
    empty->setAlignment(Qt::AlignCenter);
    empty->setWordWrap(true);
    empty->setForegroundRole(QPalette::PlaceholderText);
    m_pages->addWidget(m_list);
    m_pages->addWidget(empty);
    m_open->setObjectName(QStringLiteral("openDraft"));
    m_remove->setObjectName(QStringLiteral("deleteDraft"));
    auto *buttons = new QHBoxLayout;
    buttons->addWidget(m_open);
    buttons->addWidget(m_remove);
    buttons->addStretch(1);
    auto *column = new QVBoxLayout(this);
    column->setContentsMargins(0, 4, 4, 4);
    column->addWidget(m_bar);
    column->addWidget(m_pages, 1);
    column->addLayout(buttons);

    auto *removeKey = new QAction(tr("&Delete"), m_list);
    removeKey->setShortcut(QKeySequence::Delete);
    removeKey->setShortcutContext(Qt::WidgetShortcut);
    connect(removeKey, &QAction::triggered, this, &DraftsView::remove);
    m_list->addAction(removeKey);
    connect(m_list, &QTreeWidget::itemActivated, this, &DraftsView::open);
    connect(m_open, &QPushButton::clicked, this, &DraftsView::open);
    connect(m_remove, &QPushButton::clicked, this, &DraftsView::remove);
}

int DraftsView::reload()
{
    const Base::DraftId chosen = current();
    const Base::Result<QList<Store::DraftRow>> drafts = m_query.drafts();
    m_list->clear();
    if (!drafts) {
        m_bar->tell(Role::Error, explain(drafts.error()));
        return 0;
    }
    for (const Store::DraftRow &row : *drafts) {
        auto *item = new QTreeWidgetItem(m_list);
        item->setText(SubjectColumn,
                      row.draft.subject.isEmpty() ? tr("(no subject)") : row.draft.subject.simplified());
        item->setIcon(SubjectColumn, icon(QStringLiteral("drafts")));
        item->setData(SubjectColumn, Qt::UserRole, row.id.value);
        item->setText(ToColumn, row.draft.to);
        item->setText(ChangedColumn, relativeTime(row.changed, m_clock.now()));
        item->setToolTip(ChangedColumn, plainToolTip(exactTime(row.changed)));
        if (row.id == chosen || !m_list->currentItem())
            m_list->setCurrentItem(item);
    }
    m_pages->setCurrentIndex(drafts->isEmpty() ? 1 : 0);
    m_open->setEnabled(!drafts->isEmpty());
    m_remove->setEnabled(!drafts->isEmpty());
    return static_cast<int>(drafts->size());
}

Base::DraftId DraftsView::current() const
{
    const QTreeWidgetItem *item = m_list->currentItem();
    return item ? Base::DraftId{item->data(SubjectColumn, Qt::UserRole).toLongLong()} : Base::DraftId{};
}

void DraftsView::open()
{
    if (current().isValid())
        Q_EMIT openWanted(current());
}

void DraftsView::remove()
{
    const Base::Result<Store::DraftRow> row = m_query.draft(current());
    if (!row)
        return;
    whenAnswered(m_mailroom.removeDraft(row->id), this, [this, draft = row->draft](const Base::Done &done) {
        if (!done) {
            m_bar->tell(Role::Error, explain(done.error()));
            return;
        }
        m_bar->tell(Role::Info, {tr("The draft “%1” was deleted.")
                                     .arg(draft.subject.isEmpty() ? tr("(no subject)") : draft.subject),
                                 {},
                                 {}});
        m_bar->addButton(tr("&Undo"), QStringLiteral("undoDelete"), [this, draft] {
            Message::Draft again = draft;
            again.id = {};
            m_mailroom.saveDraft(again);
            m_bar->clear();
        });
    });
}

} // namespace Ui
