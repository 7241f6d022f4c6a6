#pragma once

// The page of the preferences about patience: how long a message is tried, when a person is told, and how
// long sending can be taken back. It shows what the numbers come to, and what is wrong beside the field.

#include "core/base/clock.h"
#include "core/delivery/retryschedule.h"

#include <QHash>
#include <QWidget>

class QFormLayout;
class QLabel;
class QLineEdit;
class QSpinBox;

namespace Ui {

class SpanEdit;

class DeliveryPage : public QWidget
{
    Q_OBJECT

public:
    explicit DeliveryPage(const Base::Clock &clock, QWidget *parent = nullptr);

    void fill(const Delivery::RetrySchedule &schedule);
    /// What stands in the fields. BadSetting with the field in `subject`: it cannot work.
    Base::Result<Delivery::RetrySchedule> schedule() const;
    /// Says so beside the field it is about, and puts the cursor there.
    void complain(const Base::Error &error);

private:
    void addRow(QFormLayout *form, const QString &label, const char *name, QWidget *field);
    void addHeading(QFormLayout *form, const QString &text);
    void edited();
    void showProblem(const Base::Error *error);

    const Base::Clock &m_clock;
    QLineEdit *m_delays;
    SpanEdit *m_repeat;
    QSpinBox *m_jitter;
    SpanEdit *m_giveUpAfter;
    SpanEdit *m_warnAfter;
    QLabel *m_preview;
    QSpinBox *m_undoDelay;
    SpanEdit *m_lateAfter;
    QHash<QString, std::pair<QWidget *, QLabel *>> m_fields; ///< and what is wrong with each
};

} // namespace Ui
