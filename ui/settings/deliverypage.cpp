#include "ui/settings/deliverypage.h"

#include "ui/accounts/formfields.h"
#include "ui/common/plainlabel.h"
#include "ui/common/scheduletext.h"
#include "ui/common/theme.h"
#include "ui/settings/spanedit.h"

#include <QFormLayout>
#include <QLineEdit>
#include <QSpinBox>

namespace Ui {

using Delivery::RetrySchedule;

DeliveryPage::DeliveryPage(const Base::Clock &clock, QWidget *parent)
    : QWidget(parent)
    , m_clock(clock)
    , m_delays(makeLine(this, "delays", tr("none: at the pace below from the start")))
    , m_repeat(new SpanEdit(QStringLiteral("repeat"), {}, this))
    , m_jitter(makeNumber(this, "jitterPercent", 0, 50))
    , m_giveUpAfter(new SpanEdit(QStringLiteral("giveUpAfter"), {}, this))
    , m_warnAfter(new SpanEdit(QStringLiteral("warnAfter"), tr("never"), this))
    , m_preview(new PlainLabel(this))
    , m_undoDelay(makeNumber(this, "undoDelay", 0, 120))
    , m_lateAfter(new SpanEdit(QStringLiteral("lateAfter"), tr("never"), this))
{
    auto *form = new QFormLayout(this);
    m_delays->setToolTip(tr("After the first attempt, the second, and so on"));
    m_jitter->setSuffix(tr(" %", "per cent, behind a number"));
    m_jitter->setToolTip(tr("Each message a little later in its own way, so that not all come back at once"));
    m_undoDelay->setSuffix(tr(" s", "seconds, behind a number"));
    m_undoDelay->setSpecialValueText(tr("off"));
    m_preview->setObjectName(QStringLiteral("schedulePreview"));
    m_preview->setWordWrap(true);
    addHeading(form, tr("When a server says “later”"));
    addRow(form, tr("&Try again after:"), "delays", m_delays);
    addRow(form, tr("T&hen every:"), "repeat", m_repeat);
    addRow(form, tr("Up to so much &later:"), "jitterPercent", m_jitter);
    addRow(form, tr("Tell &me after:"), "warnAfter", m_warnAfter);
    addRow(form, tr("&Give up after:"), "giveUpAfter", m_giveUpAfter);
    form->addRow(QString(), m_preview);
    addHeading(form, tr("When you send"));
    addRow(form, tr("Can be taken &back for:"), "undoDelay", m_undoDelay);
    addRow(form, tr("&Ask when late by more than:"), "lateAfter", m_lateAfter);
    connect(m_delays, &QLineEdit::textChanged, this, &DeliveryPage::edited);
    for (const SpanEdit *each : {m_repeat, m_giveUpAfter, m_warnAfter, m_lateAfter})
        connect(each, &SpanEdit::edited, this, &DeliveryPage::edited);
    for (const QSpinBox *each : {m_jitter, m_undoDelay})
        connect(each, &QSpinBox::valueChanged, this, &DeliveryPage::edited);
    setFocusProxy(m_delays);
}

void DeliveryPage::addHeading(QFormLayout *form, const QString &text)
{
    auto *heading = new PlainLabel(text, this);
    QFont bold = heading->font();
    bold.setBold(true);
    heading->setFont(bold);
    form->addRow(heading);
}

void DeliveryPage::addRow(QFormLayout *form, const QString &label, const char *name, QWidget *field)
{
    auto *problem = new PlainLabel(this);
    problem->setObjectName(QLatin1String(name) + QStringLiteral("Problem"));
    problem->setWordWrap(true);
    problem->hide();
    form->addRow(label, field);
    form->addRow(QString(), problem);
    form->setRowVisible(problem, false);
    m_fields.insert(QLatin1String(name), {field, problem});
}

void DeliveryPage::fill(const RetrySchedule &schedule)
{
    m_delays->setText(delaysText(schedule.delays));
    m_repeat->setSpan(schedule.repeat);
    m_jitter->setValue(schedule.jitterPercent);
    m_giveUpAfter->setSpan(schedule.giveUpAfter);
    m_warnAfter->setSpan(schedule.warnAfter);
    m_undoDelay->setValue(static_cast<int>(schedule.undoDelay / RetrySchedule::second));
    m_lateAfter->setSpan(schedule.lateAfter);
    edited();
}

Base::Result<RetrySchedule> DeliveryPage::schedule() const
{
    const Base::Result<QList<qint64>> delays = delaysFrom(m_delays->text());
    if (!delays)
        return delays.error();
    RetrySchedule schedule;
    schedule.delays = *delays;
    schedule.repeat = m_repeat->span();
    schedule.jitterPercent = m_jitter->value();
    schedule.giveUpAfter = m_giveUpAfter->span();
    schedule.warnAfter = m_warnAfter->span();
    schedule.undoDelay = m_undoDelay->value() * RetrySchedule::second;
    schedule.lateAfter = m_lateAfter->span();
    if (const Base::Done done = Delivery::check(schedule); !done)
        return done.error();
    return schedule;
}

/// While typing: what it comes to, or what is wrong.
void DeliveryPage::edited()
{
    const Base::Result<RetrySchedule> now = schedule();
    showProblem(now ? nullptr : &now.error());
    m_preview->setText(now ? scheduleText(*now, m_clock.now(), QTimeZone::systemTimeZone()) : QString());
}

void DeliveryPage::showProblem(const Base::Error *error)
{
    auto *form = qobject_cast<QFormLayout *>(layout());
    for (auto each = m_fields.constBegin(); each != m_fields.constEnd(); ++each) {
        QLabel *problem = each->second;
        const bool concerned = error && error->subject == each.key();
        problem->setText(concerned ? scheduleProblem(*error) : QString());
        QPalette colours = palette();
        colours.setColor(QPalette::WindowText, colour(Role::Error, palette()));
        problem->setPalette(colours);
        form->setRowVisible(problem, concerned);
    }
}

void DeliveryPage::complain(const Base::Error &error)
{
    showProblem(&error);
    if (QWidget *field = m_fields.value(error.subject).first)
        field->setFocus(Qt::OtherFocusReason);
}

} // namespace Ui
