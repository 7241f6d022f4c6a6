#include "ui/main/patiencebar.h"

#include "ui/common/schedulewords.h"
#include "ui/settings/preferences.h"

namespace Ui {

namespace {

constexpr int lookMs = 60'000;
constexpr int lookedAt = 200; // of those that wait, the oldest: the others are told of when these are gone

} // namespace

PatienceBar::PatienceBar(const Store::MessageQuery &query, const Base::Clock &clock, Preferences &preferences,
                         QWidget *parent)
    : MessageBar(parent)
    , m_query(query)
    , m_clock(clock)
    , m_preferences(preferences)
{
    setObjectName(QStringLiteral("patienceBar"));
    setClosable(true);
    m_timer.setInterval(lookMs);
    connect(&m_timer, &QTimer::timeout, this, &PatienceBar::look);
    m_timer.start();
    look();
}

void PatienceBar::look()
{
    const Base::Result<Delivery::RetrySchedule> schedule = m_query.schedule();
    const Base::Result<QList<Store::MessageRow>> rows = m_query.longestDeferred(lookedAt);
    if (!schedule || !rows)
        return;
    const QStringList told =
        m_preferences.text(Preference::ToldLate).split(QLatin1Char(','), Qt::SkipEmptyParts);
    QList<Store::MessageRow> late;
    QStringList all;
    for (const Store::MessageRow &row : *rows) {
        if (Delivery::patienceWith(*schedule, row.since, row.attempts, m_clock.now()) ==
            Delivery::Patience::Waiting)
            continue;
        all.append(row.id.toString());
        if (!told.contains(all.last()))
            late.append(row);
    }
    if (all != told)
        m_preferences.set(Preference::ToldLate, all.join(QLatin1Char(',')));
    if (!late.isEmpty())
        tellOf(late, *schedule);
}

void PatienceBar::tellOf(const QList<Store::MessageRow> &late, const Delivery::RetrySchedule &schedule)
{
    const Store::MessageRow &first = late.first();
    const int others = static_cast<int>(late.size()) - 1;
    const QString subject = first.subject.isEmpty() ? tr("A message without a subject")
                                                    : tr("“%1”", "a subject").arg(first.subject.simplified());
    const QString headline = others == 0 ? tr("%1 takes long.", "a subject").arg(subject)
                             : others == 1
                                 ? tr("%1 and another message take long.", "a subject").arg(subject)
                                 : tr("%1 and %n other messages take long.", nullptr, others).arg(subject);
    tell(Role::Warning,
         {headline, warningWords(schedule, first.since, m_clock.now(), QTimeZone::systemTimeZone()), {}});
    addButton(tr("Show &it"), QStringLiteral("showLate"), [this, id = first.id] {
        clear();
        Q_EMIT wanted(id);
    });
}

} // namespace Ui
