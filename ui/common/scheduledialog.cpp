#include "ui/common/scheduledialog.h"

#include "ui/common/format.h"
#include "ui/common/plainlabel.h"
#include "ui/common/schedulewords.h"

#include <QComboBox>
#include <QCompleter>
#include <QDateTimeEdit>
#include <QDialogButtonBox>
#include <QFormLayout>
#include <QGridLayout>
#include <QLineEdit>
#include <QLocale>
#include <QPushButton>
#include <QVBoxLayout>

namespace Ui {

namespace {

constexpr int morning = 8;
constexpr int evening = 18;
constexpr int textColumns = 60;

/// Without a zone of its own, for an edit that shows it as it stands.
QDateTime plain(const QDate &date, const QTime &time)
{
    return QDateTime(date, time, Qt::UTC);
}

} // namespace

ScheduleDialog::ScheduleDialog(const Delivery::ScheduledTime &suggestion, const QDateTime &now,
                               const QTimeZone &here, QWidget *parent)
    : QDialog(parent)
    , m_now(now)
    , m_here(here)
    , m_edit(new QDateTimeEdit(this))
    , m_zone(new QComboBox(this))
    , m_words(new PlainLabel(this))
{
    setObjectName(QStringLiteral("scheduleDialog"));
    setWindowTitle(tr("Send later"));
    m_edit->setObjectName(QStringLiteral("when"));
    m_edit->setCalendarPopup(true);
    m_edit->setTimeSpec(Qt::UTC);
    m_edit->setDisplayFormat(QLocale().dateFormat(QLocale::ShortFormat) + QLatin1Char(' ') + clockFormat());
    m_zone->setObjectName(QStringLiteral("zone"));
    m_zone->setEditable(true);
    m_zone->setInsertPolicy(QComboBox::NoInsert);
    m_zone->completer()->setFilterMode(Qt::MatchContains);
    m_zone->completer()->setCompletionMode(QCompleter::PopupCompletion);
    m_words->setObjectName(QStringLiteral("meaning"));
    m_words->setWordWrap(true);
    m_words->setMinimumWidth(fontMetrics().averageCharWidth() * textColumns);

    auto *quick = new QGridLayout;
    const QList<Suggestion> all = suggestions(now, here);
    for (int i = 0; i < all.size(); ++i) {
        auto *button = new QPushButton(all.at(i).text, this);
        button->setObjectName(QStringLiteral("suggestion%1").arg(i));
        button->setAutoDefault(false);
        connect(button, &QPushButton::clicked, this,
                [this, each = all.at(i)] { choose(each.local, each.zone.id()); });
        quick->addWidget(button, i / 2, i % 2);
    }
    auto *form = new QFormLayout;
    form->addRow(tr("&When:"), m_edit);
    form->addRow(tr("&Time zone:"), m_zone);
    auto *hint =
        new PlainLabel(tr("This computer has to be awake then, and Postrider has to run. If it is not, the "
                          "message waits and asks when it is much too late."),
                       this);
    hint->setWordWrap(true);
    auto *buttons = new QDialogButtonBox(this);
    m_accept = buttons->addButton(tr("&Schedule"), QDialogButtonBox::AcceptRole);
    m_accept->setObjectName(QStringLiteral("schedule"));
    buttons->addButton(QDialogButtonBox::Cancel);
    auto *column = new QVBoxLayout(this);
    column->addLayout(quick);
    column->addLayout(form);
    column->addWidget(m_words);
    column->addWidget(hint);
    column->addStretch(1);
    column->addWidget(buttons);

    fillZones(suggestion.isNull() ? here.id() : suggestion.zone);
    if (suggestion.isNull())
        choose(plain(now.toTimeZone(here).date().addDays(1), QTime(morning, 0)), here.id());
    else
        choose(plain(suggestion.local.date(), suggestion.local.time()), suggestion.zone);
    connect(m_edit, &QDateTimeEdit::dateTimeChanged, this, &ScheduleDialog::look);
    connect(m_zone, &QComboBox::currentTextChanged, this, &ScheduleDialog::look);
    connect(buttons, &QDialogButtonBox::accepted, this, &QDialog::accept);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    m_edit->setFocus();
    look();
}

/// In the hour that the clocks show twice their reading alone would mean an hour ago.
ScheduleDialog::Suggestion ScheduleDialog::soonest(const QDateTime &now, const QTimeZone &here)
{
    const QDateTime soon = now.addSecs(3600).toTimeZone(here);
    const QTime time(soon.time().hour(), soon.time().minute());
    const bool isTwice = Delivery::momentOf(Delivery::scheduled(soon.date(), time, here)) <= now;
    return {tr("In an &hour"), plain(soon.date(), time), isTwice ? QTimeZone(soon.offsetFromUtc()) : here};
}

QList<ScheduleDialog::Suggestion> ScheduleDialog::suggestions(const QDateTime &now, const QTimeZone &here)
{
    const QDateTime local = now.toTimeZone(here);
    const QDate today = local.date();
    const auto clock = [](int hour) { return clockText(QTime(hour, 0)); };
    QList<Suggestion> all{soonest(now, here)};
    if (local.time() < QTime(evening, 0))
        all.append(
            {tr("This &evening, %1", "time").arg(clock(evening)), plain(today, QTime(evening, 0)), here});
    all.append(
        {tr("To&morrow, %1", "time").arg(clock(morning)), plain(today.addDays(1), QTime(morning, 0)), here});
    const QDate monday = today.addDays(8 - today.dayOfWeek());
    if (monday != today.addDays(1))
        all.append({tr("M&onday, %1", "time").arg(clock(morning)), plain(monday, QTime(morning, 0)), here});
    return all;
}

void ScheduleDialog::fillZones(const QByteArray &chosen)
{
    QList<QByteArray> ids = QTimeZone::availableTimeZoneIds();
    for (const QByteArray &id : {chosen, m_here.id()}) {
        if (!ids.contains(id))
            ids.prepend(id);
    }
    for (const QByteArray &id : ids)
        m_zone->addItem(QString::fromUtf8(id));
}

void ScheduleDialog::choose(const QDateTime &local, const QByteArray &zone)
{
    m_edit->setDateTime(local);
    m_zone->setCurrentText(QString::fromUtf8(zone));
}

Delivery::ScheduledTime ScheduleDialog::time() const
{
    const QTimeZone zone(m_zone->currentText().trimmed().toUtf8());
    if (!zone.isValid())
        return {};
    return Delivery::scheduled(m_edit->date(), m_edit->time(), zone);
}

void ScheduleDialog::look()
{
    const Delivery::ScheduledTime chosen = time();
    const QDateTime moment = Delivery::momentOf(chosen);
    m_accept->setEnabled(!chosen.isNull() && moment > m_now);
    if (chosen.isNull())
        return m_words->setText(
            tr("“%1” is no time zone; write one such as Europe/Berlin.").arg(m_zone->currentText()));
    if (moment <= m_now)
        return m_words->setText(tr("That time has passed. Choose a later one."));
    const QString here = dayAndTime(moment, m_now, m_here);
    m_words->setText(
        chosen.zone == m_here.id()
            ? tr("It leaves %1, in %2.", "day and time, how long").arg(here, spanWords(m_now.msecsTo(moment)))
            : tr("It leaves %1 by the clocks here, in %2.", "day and time, how long")
                  .arg(here, spanWords(m_now.msecsTo(moment))));
}

} // namespace Ui
