#pragma once

// Asks when a message is to leave: a suggestion with one click, or a date, a time and whose clocks show it.
// Says below in words what was chosen, and does not take what lies in the past.

#include "core/delivery/scheduledtime.h"

#include <QDialog>
#include <QTimeZone>

class QComboBox;
class QDateTimeEdit;
class QLabel;
class QPushButton;

namespace Ui {

class ScheduleDialog : public QDialog
{
    Q_OBJECT

public:
    /// suggestion: null for tomorrow morning.
    ScheduleDialog(const Delivery::ScheduledTime &suggestion, const QDateTime &now, const QTimeZone &here,
                   QWidget *parent = nullptr);

    Delivery::ScheduledTime time() const;

    struct Suggestion
    {
        QString text; ///< with a mnemonic
        QDateTime local;
        QTimeZone zone;
    };
    /// What people mean most: in an hour, this evening, tomorrow morning, Monday morning. Only what lies
    /// ahead.
    static QList<Suggestion> suggestions(const QDateTime &now, const QTimeZone &here);

private:
    static Suggestion soonest(const QDateTime &now, const QTimeZone &here);
    void fillZones(const QByteArray &chosen);
    void choose(const QDateTime &local, const QByteArray &zone);
    void look();

    QDateTime m_now;
    QTimeZone m_here;
    QDateTimeEdit *m_edit;
    QComboBox *m_zone;
    QLabel *m_words;
    QPushButton *m_accept;
};

} // namespace Ui
