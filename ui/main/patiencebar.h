#pragma once

// Tells once that messages take long, over restarts too: the bar above the lists. Which of them were told of
// is remembered by their ids, as long as they wait.

#include "core/base/clock.h"
#include "core/store/messagequery.h"
#include "ui/common/messagebar.h"

#include <QTimer>

namespace Ui {

class Preferences;

class PatienceBar : public MessageBar
{
    Q_OBJECT

public:
    PatienceBar(const Store::MessageQuery &query, const Base::Clock &clock, Preferences &preferences,
                QWidget *parent = nullptr);

    /// Looks whether there are new ones; it looks by itself every minute.
    void look();

Q_SIGNALS:
    void wanted(Base::MessageId id); ///< the person wants to see it

private:
    void tellOf(const QList<Store::MessageRow> &late, const Delivery::RetrySchedule &schedule);

    const Store::MessageQuery &m_query;
    const Base::Clock &m_clock;
    Preferences &m_preferences;
    QTimer m_timer;
};

} // namespace Ui
