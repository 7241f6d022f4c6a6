#include "ui/outbox/outboxview.h"

#include "core/base/clock.h"
#include "ui/common/explainsearch.h"
#include "ui/common/format.h"
#include "ui/common/messagebar.h"
#include "ui/common/plainlabel.h"
#include "ui/common/theme.h"
#include "ui/outbox/messagedetails.h"
#include "ui/outbox/messagerules.h"
#include "ui/outbox/messagetable.h"
#include "ui/outbox/outboxmodel.h"
#include "ui/settings/preferences.h"

#include <QAction>
#include <QLineEdit>
#include <QSplitter>
#include <QStackedWidget>
#include <QVBoxLayout>

namespace Ui {

namespace {

constexpr int gatherMs = 80;
constexpr int searchMs = 250;
constexpr qsizetype shownHints = 2;

QLabel *makeEmptyLabel(QWidget *parent, QPalette::ColorRole role)
{
    auto *label = new PlainLabel(parent);
    label->setAlignment(Qt::AlignCenter);
    label->setWordWrap(true);
    label->setForegroundRole(role);
    return label;
}

} // namespace

OutboxView::OutboxView(const Store::MessageQuery &query, const Base::Clock &clock, Preferences &preferences,
                       Prompts &prompts, QWidget *parent)
    : QWidget(parent)
    , m_preferences(preferences)
    , m_clock(clock)
    , m_model(new OutboxModel(query, clock, this))
    , m_bar(new MessageBar(this))
    , m_search(new QLineEdit(this))
    , m_hint(new PlainLabel(this))
    , m_tables(new QStackedWidget(this))
    , m_emptyHeadline(makeEmptyLabel(this, QPalette::WindowText))
    , m_emptyAdvice(makeEmptyLabel(this, QPalette::PlaceholderText))
    , m_table(new MessageTable(*m_model, preferences, this))
    , m_details(new MessageDetails(query, clock, preferences, prompts, this))
    , m_splitter(new QSplitter(Qt::Vertical, this))
{
    m_bar->setObjectName(QStringLiteral("listBar"));
    m_search->setObjectName(QStringLiteral("search"));
    m_search->setPlaceholderText(
        tr("Search: words, to:ada, status:failed, after:yesterday, has:attachment…"));
    m_search->setToolTip(plainToolTip(searchHelp()));
    m_search->setAccessibleName(tr("Search messages"));
    m_search->setClearButtonEnabled(true);
    m_search->addAction(icon(QStringLiteral("edit-find"), QStringLiteral("search")),
                        QLineEdit::LeadingPosition);
    m_hint->setObjectName(QStringLiteral("searchHint"));
    m_hint->setTextFormat(Qt::PlainText);
    m_hint->setWordWrap(true);
    m_hint->hide();
    m_searching.setSingleShot(true);
    m_searching.setInterval(searchMs);
    connect(m_search, &QLineEdit::textChanged, this, [this] { m_searching.start(); });
    connect(m_search, &QLineEdit::returnPressed, this, &OutboxView::focusTable);
    connect(&m_searching, &QTimer::timeout, this, &OutboxView::search);
    m_gathering.setSingleShot(true);
    m_gathering.setInterval(gatherMs);
    connect(&m_gathering, &QTimer::timeout, this, &OutboxView::update);

    auto *empty = new QWidget(this);
    auto *emptyColumn = new QVBoxLayout(empty);
    emptyColumn->addStretch(1);
    emptyColumn->addWidget(m_emptyHeadline);
    emptyColumn->addWidget(m_emptyAdvice);
    emptyColumn->addStretch(1);
    m_tables->addWidget(m_table);
    m_tables->addWidget(empty);

    auto *top = new QWidget(this);
    auto *topColumn = new QVBoxLayout(top);
    topColumn->setContentsMargins(0, 0, 0, 0);
    topColumn->setSpacing(4);
    topColumn->addWidget(m_search);
    topColumn->addWidget(m_hint);
    topColumn->addWidget(m_tables, 1);
    m_splitter->setObjectName(QStringLiteral("detailsSplitter"));
    m_splitter->addWidget(top);
    m_splitter->addWidget(m_details);
    m_splitter->setChildrenCollapsible(false);
    m_splitter->setStretchFactor(0, 2);
    m_splitter->setStretchFactor(1, 3);
    m_splitter->setSizes({fontMetrics().height() * 12, fontMetrics().height() * 20});
    const QByteArray kept = preferences.bytes(Preference::DetailsSplitter);
    if (!kept.isEmpty())
        m_splitter->restoreState(kept);

    auto *column = new QVBoxLayout(this);
    column->setContentsMargins(0, 4, 4, 0);
    column->setSpacing(4);
    column->addWidget(m_bar);
    column->addWidget(m_splitter, 1);

    connect(m_model, &OutboxModel::loaded, this, &OutboxView::loaded);
    connect(m_table, &MessageTable::currentIdChanged, m_details, &MessageDetails::show);
    connect(m_table, &MessageTable::selectedIdsChanged, this, &OutboxView::selectionChanged);
    connect(m_table, &MessageTable::opened, m_details, &MessageDetails::showTranscript);
    connect(m_details, &MessageDetails::wanted, this,
            [this](MessageWish wish, Base::MessageId id) { Q_EMIT wanted(wish, {id}); });
}

void OutboxView::showFolder(const QList<Delivery::MessageState> &states, const Explanation &empty)
{
    m_emptyWords = empty;
    m_wanted = {};
    Store::Filter filter = m_model->filter();
    filter.states = states;
    m_details->show({});
    m_choice = Base::MessageId{};
    m_model->setFilter(filter);
}

void OutboxView::search()
{
    Store::Filter filter = m_model->filter();
    const Store::SearchQuery wanted =
        Store::parseSearch(m_search->text().trimmed(), m_clock.now().toLocalTime().date());
    if (filter.search == wanted)
        return;
    QStringList hints;
    for (const Store::SearchHint &hint : wanted.hints.mid(0, shownHints)) {
        const Explanation words = explain(hint);
        hints.append(words.headline + QLatin1Char(' ') + words.advice);
    }
    m_hint->setText(hints.join(QLatin1Char('\n')));
    m_hint->setVisible(!hints.isEmpty());
    filter.search = wanted;
    const Base::MessageId current = m_table->currentId();
    if (current.isValid())
        m_choice = current;
    m_model->setFilter(filter);
}

void OutboxView::loaded()
{
    if (const std::optional<Base::MessageId> choice = std::exchange(m_choice, std::nullopt))
        m_table->select(choice->isValid() ? *choice : m_model->idAt(0));
    updateEmpty();
}

void OutboxView::messageChanged(Base::MessageId id)
{
    if (id.isValid())
        m_changed.append(id);
    else
        m_allChanged = true;
    if (!m_gathering.isActive())
        m_gathering.start();
}

void OutboxView::update()
{
    const QList<Base::MessageId> changed = std::exchange(m_changed, {});
    if (std::exchange(m_allChanged, false)) {
        m_model->refreshAll();
        m_details->refresh();
    } else {
        m_model->refresh(changed);
        if (changed.contains(m_details->shown()))
            m_details->refresh();
    }
    updateEmpty();
    if (m_wanted.isValid() && m_model->rowOf(m_wanted) >= 0)
        m_table->select(std::exchange(m_wanted, {}));
    Q_EMIT selectionChanged(); // states changed: what may be done did, too
}

void OutboxView::setPaused(const QSet<Base::AccountId> &accounts)
{
    m_model->setPaused(accounts);
    m_details->refresh();
}

void OutboxView::progressed(const Outbox::Progress &progress)
{
    m_model->setProgress(progress);
}

void OutboxView::transcriptGrew(const Outbox::TranscriptGrew &grew)
{
    m_details->grow(grew);
}

void OutboxView::select(Base::MessageId id)
{
    m_choice.reset();
    if (m_model->rowOf(id) >= 0)
        return m_table->select(id);
    // It may be sent and gone from this folder before the list was read: what became of it is shown all the
    // same.
    m_details->show(id);
    m_wanted = id;
    messageChanged(id);
}

void OutboxView::focusSearch()
{
    m_search->setFocus(Qt::ShortcutFocusReason);
    m_search->selectAll();
}

void OutboxView::focusTable()
{
    if (m_model->rowCount() == 0)
        return m_search->setFocus(Qt::ShortcutFocusReason);
    m_table->setFocus(Qt::ShortcutFocusReason);
}

bool OutboxView::focusDetailsFrom(const QWidget *focus)
{
    if (focus && m_details->isAncestorOf(focus))
        return false;
    m_details->focusContent();
    return true;
}

void OutboxView::setTableActions(const QList<QAction *> &actions)
{
    m_table->addActions(actions);
    m_table->setContextMenuPolicy(Qt::ActionsContextMenu);
}

void OutboxView::keepState()
{
    m_table->keepColumns();
    m_preferences.set(Preference::DetailsSplitter, m_splitter->saveState());
}

QList<Base::MessageId> OutboxView::selectedIds() const
{
    return m_table->selectedIds();
}

Store::Filter OutboxView::filter() const
{
    return m_model->filter();
}

QList<Base::MessageId> OutboxView::selectedFor(MessageWish wish) const
{
    QList<Base::MessageId> ids = selectedIds();
    ids.removeIf([this, wish](Base::MessageId id) {
        const std::optional<Store::MessageRow> row = m_model->message(m_model->rowOf(id));
        return !row || !allows(rulesFor(row->state), wish);
    });
    return ids;
}

QList<Delivery::MessageState> OutboxView::selectedStates() const
{
    QList<Delivery::MessageState> states;
    const QList<Base::MessageId> ids = selectedIds().mid(0, OutboxModel::page);
    for (const Base::MessageId id : ids) {
        if (const std::optional<Store::MessageRow> row = m_model->message(m_model->rowOf(id)))
            states.append(row->state);
    }
    return states;
}

void OutboxView::updateEmpty()
{
    const bool empty = m_model->rowCount() == 0 && !m_model->isSearching();
    m_tables->setCurrentIndex(empty ? 1 : 0);
    if (!empty)
        return;
    Explanation words = m_emptyWords;
    if (const Store::SearchQuery &search = m_model->filter().search; !search.isEmpty())
        words = {tr("No message here matches “%1”.").arg(search.typed),
                 tr("Try fewer words, the beginning of one, or another folder."),
                 {}};
    if (const std::optional<Base::Error> error = m_model->error())
        words = explain(*error);
    m_emptyHeadline->setText(words.headline);
    m_emptyAdvice->setText(words.advice);
}

} // namespace Ui
