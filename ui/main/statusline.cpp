#include "ui/main/statusline.h"

#include "ui/common/format.h"
#include "ui/common/limitstanding.h"
#include "ui/common/plainlabel.h"
#include "ui/common/words.h"

#include <QHBoxLayout>
#include <QNetworkInformation>
#include <QProgressBar>

namespace Ui {

namespace {

constexpr int tickMs = 5'000;
constexpr int lookedAt = 50; // waiting messages, to find the next attempt among

bool isOffline()
{
    if (!QNetworkInformation::loadBackendByFeatures(QNetworkInformation::Feature::Reachability))
        return false; // nobody knows
    return QNetworkInformation::instance()->reachability() == QNetworkInformation::Reachability::Disconnected;
}

} // namespace

StatusLine::StatusLine(Outbox::Mailroom &mailroom, const Store::MessageQuery &query, const Base::Clock &clock,
                       QWidget *parent)
    : QWidget(parent)
    , m_mailroom(mailroom)
    , m_query(query)
    , m_clock(clock)
    , m_now(new PlainLabel(this))
    , m_bar(new QProgressBar(this))
    , m_next(new PlainLabel(this))
{
    m_now->setObjectName(QStringLiteral("statusNow"));
    m_now->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    m_next->setObjectName(QStringLiteral("statusNext"));
    m_bar->setMaximumWidth(fontMetrics().averageCharWidth() * 20);
    m_bar->setMaximumHeight(fontMetrics().height());
    m_bar->setAccessibleName(tr("Progress of sending or exporting"));
    m_bar->hide();
    auto *row = new QHBoxLayout(this);
    row->setContentsMargins(4, 0, 4, 0);
    row->setSpacing(16);
    row->addWidget(m_now, 1);
    row->addWidget(m_bar);
    row->addWidget(m_next);
    connect(&m_mailroom, &Outbox::Mailroom::progressed, this, &StatusLine::progressed);
    connect(&m_mailroom, &Outbox::Mailroom::exported, this, &StatusLine::exported);
    connect(&m_mailroom, &Outbox::Mailroom::dispatchingChanged, this, &StatusLine::update);
    connect(&m_mailroom, &Outbox::Mailroom::settled, this, [this] {
        m_progress.reset();
        update();
    });
    m_ticker.setInterval(tickMs);
    connect(&m_ticker, &QTimer::timeout, this, &StatusLine::update);
    m_ticker.start();
    update();
}

void StatusLine::setCounts(const QHash<Delivery::MessageState, int> &counts)
{
    m_counts = counts;
    if (m_counts.value(Delivery::MessageState::Sending) == 0)
        m_progress.reset();
    update();
}

void StatusLine::progressed(const Outbox::Progress &progress)
{
    m_progress = progress;
    update();
}

void StatusLine::setExporting(bool exporting)
{
    m_exporting.reset();
    if (exporting)
        m_exporting = Store::ExportProgress();
    update();
}

void StatusLine::exported(const Store::ExportProgress &progress)
{
    if (!m_exporting)
        return; // it is over
    m_exporting = progress;
    update();
}

QString StatusLine::now() const
{
    using enum Delivery::MessageState;
    const int sending = m_counts.value(Sending);
    const int waiting = m_counts.value(Undoable) + m_counts.value(Queued);
    if (!m_mailroom.isDispatching())
        return tr("Another Postrider with the same folder does the sending.");
    if (m_progress && m_progress->stage != Delivery::Stage::Quit) {
        const QString what = word(m_progress->stage);
        return waiting > 0 ? tr("%1… %2 more waiting", "what is being done, number").arg(what).arg(waiting)
                           : tr("%1…", "what is being done").arg(what);
    }
    if (sending > 0)
        return sending == 1 ? tr("Sending 1 message") : tr("Sending %n messages", nullptr, sending);
    if (isOffline())
        return tr("This computer seems to be offline. Messages wait in the Outbox.");
    if (waiting > 0)
        return waiting == 1 ? tr("1 message waits for its turn")
                            : tr("%n messages wait for their turn", nullptr, waiting);
    return m_counts.value(Deferred) > 0 ? tr("Waiting for the next attempt") : tr("Nothing to send");
}

QString StatusLine::next() const
{
    if (m_counts.value(Delivery::MessageState::Deferred) == 0)
        return {};
    const Base::Result<QList<Base::MessageId>> ids =
        m_query.ids({{Delivery::MessageState::Deferred}, {}, {}}, lookedAt);
    const Base::Result<QList<Store::MessageRow>> rows = m_query.rows(ids ? *ids : QList<Base::MessageId>());
    std::optional<QDateTime> soonest;
    LimitStandings standings(m_query);
    for (const Store::MessageRow &row : rows ? *rows : QList<Store::MessageRow>()) {
        const std::optional<Outbox::LimitWait> wait = standings.limitOf(row, m_clock.now());
        const std::optional<QDateTime> next = wait ? std::optional(wait->next) : row.nextAttempt;
        if (next && (!soonest || *next < *soonest))
            soonest = next;
    }
    return soonest ? tr("Next attempt %1", "when").arg(relativeDue(*soonest, m_clock.now())) : QString();
}

void StatusLine::update()
{
    const bool counted = m_exporting && m_exporting->total > 0;
    m_now->setText(counted ? tr("Exporting: %1 of %2 messages").arg(m_exporting->done).arg(m_exporting->total)
                           : now());
    m_next->setText(next());
    const bool measured = m_progress && m_progress->total > 0 && m_mailroom.isDispatching();
    m_bar->setVisible(measured);
    if (measured) {
        m_bar->setRange(0, 100);
        m_bar->setValue(static_cast<int>(100 * m_progress->done / m_progress->total));
    }
    if (counted) {
        m_bar->setVisible(true);
        m_bar->setRange(0, 100);
        m_bar->setValue(m_exporting->percent);
    }
}

} // namespace Ui
