#pragma once

// The line at the bottom: what is going on now, how far it is, and what comes next.

#include "core/outbox/mailroom.h"
#include "core/store/messagequery.h"

#include <QTimer>
#include <QWidget>

class QLabel;
class QProgressBar;

namespace Ui {

class StatusLine : public QWidget
{
    Q_OBJECT

public:
    StatusLine(Outbox::Mailroom &mailroom, const Store::MessageQuery &query, const Base::Clock &clock,
               QWidget *parent = nullptr);

    void setExporting(bool exporting);
    void setCounts(const QHash<Delivery::MessageState, int> &counts);

private:
    void progressed(const Outbox::Progress &progress);
    void exported(const Store::ExportProgress &progress);
    void update();
    QString now() const;
    QString next() const;

    Outbox::Mailroom &m_mailroom;
    const Store::MessageQuery &m_query;
    const Base::Clock &m_clock;
    QHash<Delivery::MessageState, int> m_counts;
    std::optional<Outbox::Progress> m_progress;
    std::optional<Store::ExportProgress> m_exporting; ///< none: nothing is being exported
    QTimer m_ticker;
    QLabel *m_now;
    QProgressBar *m_bar;
    QLabel *m_next;
};

} // namespace Ui
