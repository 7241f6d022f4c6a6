#include "ui/settings/preferencesdialog.h"

#include "ui/common/background.h"
#include "ui/common/messagebar.h"
#include "ui/common/prompts.h"
#include "ui/common/theme.h"
#include "ui/settings/deliverypage.h"
#include "ui/settings/keepingpage.h"

#include <QDialogButtonBox>
#include <QPushButton>
#include <QScrollArea>
#include <QTabWidget>
#include <QVBoxLayout>

namespace Ui {

PreferencesDialog::PreferencesDialog(Outbox::Mailroom &mailroom, const Store::MessageQuery &query,
                                     const Base::Clock &clock, Prompts &prompts, QWidget *parent)
    : QDialog(parent)
    , m_mailroom(mailroom)
    , m_prompts(prompts)
    , m_bar(new MessageBar(this))
    , m_tabs(new QTabWidget(this))
    , m_delivery(new DeliveryPage(clock, this))
    , m_keeping(new KeepingPage(this))
{
    setAttribute(Qt::WA_DeleteOnClose);
    setObjectName(QStringLiteral("preferencesDialog"));
    setWindowTitle(tr("Preferences"));
    m_bar->setObjectName(QStringLiteral("preferencesBar"));
    m_tabs->setObjectName(QStringLiteral("preferencesTabs"));
    addPage(m_delivery, tr("&Sending"));
    addPage(m_keeping, tr("&Keeping"));

    auto *buttons = new QDialogButtonBox(this);
    m_save = buttons->addButton(tr("Sa&ve"), QDialogButtonBox::AcceptRole);
    m_save->setObjectName(QStringLiteral("savePreferences"));
    m_save->setDefault(true);
    // Without a letter of its own: Escape does it.
    buttons->addButton(tr("Cancel"), QDialogButtonBox::RejectRole);
    QPushButton *defaults = buttons->addButton(tr("&Restore defaults"), QDialogButtonBox::ResetRole);
    defaults->setObjectName(QStringLiteral("restoreDefaults"));
    connect(buttons, &QDialogButtonBox::accepted, this, &PreferencesDialog::save);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    connect(defaults, &QPushButton::clicked, this, &PreferencesDialog::restoreDefaults);
    auto *column = new QVBoxLayout(this);
    column->setSpacing(8);
    column->addWidget(m_bar);
    column->addWidget(m_tabs, 1);
    column->addWidget(buttons);

    const Base::Result<Delivery::Retention> retention = query.retention();
    if (retention)
        m_retention = *retention;
    else
        m_bar->tell(Role::Error, explain(retention.error()));
    m_keeping->fill(m_retention);
    const Base::Result<Delivery::RetrySchedule> schedule = query.schedule();
    m_delivery->fill(schedule ? *schedule : Delivery::RetrySchedule());
    if (!schedule)
        m_bar->tell(Role::Error, explain(schedule.error()));
    m_delivery->setFocus();
    resize(windowSize(*this, 76, 26));
}

/// In an area that scrolls: nothing is lost on a small screen or with large text.
void PreferencesDialog::addPage(QWidget *page, const QString &title)
{
    auto *area = new QScrollArea(this);
    area->setWidget(page);
    area->setWidgetResizable(true);
    area->setFrameShape(QFrame::NoFrame);
    area->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    m_tabs->addTab(area, title);
}

/// Of the page that is looked at: what is out of sight is not changed unseen.
void PreferencesDialog::restoreDefaults()
{
    if (m_tabs->currentIndex() == 0)
        m_delivery->fill({});
    else
        m_keeping->fill({});
}

/// Whether messages go that would have stayed until now.
bool PreferencesDialog::deletesMore() const
{
    const auto isStricter = [](int wanted, int before) {
        return wanted > 0 && (before == 0 || wanted < before);
    };
    const Delivery::Retention wanted = m_keeping->retention();
    return isStricter(wanted.days, m_retention.days) || isStricter(wanted.megabytes, m_retention.megabytes);
}

void PreferencesDialog::save()
{
    const Base::Result<Delivery::RetrySchedule> schedule = m_delivery->schedule();
    if (!schedule) {
        m_tabs->setCurrentIndex(0);
        return m_delivery->complain(schedule.error());
    }
    if (!deletesMore())
        return write(*schedule);
    Question question;
    question.headline = tr("Delete older sent messages from here on?");
    question.advice =
        tr("Those that are beyond what you chose are deleted at once and for good, the others when "
           "their time has come. This cannot be undone.");
    question.yes = tr("&Delete older messages");
    question.no = tr("&Keep them");
    question.destructive = true;
    m_prompts.ask(this, question, [this, schedule = *schedule](bool yes) {
        if (yes)
            write(schedule);
    });
}

void PreferencesDialog::write(const Delivery::RetrySchedule &schedule)
{
    m_save->setEnabled(false);
    whenAnswered(m_mailroom.setSchedule(schedule), this, [this](const Base::Done &done) {
        if (!done)
            return written(done);
        whenAnswered(m_mailroom.setRetention(m_keeping->retention()), this,
                     [this](const Base::Done &kept) { written(kept); });
    });
}

void PreferencesDialog::written(const Base::Done &done)
{
    m_save->setEnabled(true);
    if (done)
        accept();
    else
        m_bar->tell(Role::Error, explain(done.error()));
}

} // namespace Ui
