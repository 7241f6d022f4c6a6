#include "ui/settings/preferencesdialog.h"

#include "ui/common/background.h"
#include "ui/common/messagebar.h"
#include "ui/common/theme.h"
#include "ui/settings/deliverypage.h"

#include <QDialogButtonBox>
#include <QPushButton>
#include <QScrollArea>
#include <QTabWidget>
#include <QVBoxLayout>

namespace Ui {

PreferencesDialog::PreferencesDialog(Outbox::Mailroom &mailroom, const Store::MessageQuery &query,
                                     const Base::Clock &clock, QWidget *parent)
    : QDialog(parent)
    , m_mailroom(mailroom)
    , m_bar(new MessageBar(this))
    , m_tabs(new QTabWidget(this))
    , m_delivery(new DeliveryPage(clock, this))
{
    setAttribute(Qt::WA_DeleteOnClose);
    setObjectName(QStringLiteral("preferencesDialog"));
    setWindowTitle(tr("Preferences"));
    m_bar->setObjectName(QStringLiteral("preferencesBar"));
    m_tabs->setObjectName(QStringLiteral("preferencesTabs"));
    addPage(m_delivery, tr("&Sending"));

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

void PreferencesDialog::restoreDefaults()
{
    m_delivery->fill({});
}

void PreferencesDialog::save()
{
    const Base::Result<Delivery::RetrySchedule> schedule = m_delivery->schedule();
    if (!schedule)
        return m_delivery->complain(schedule.error());
    m_save->setEnabled(false);
    whenAnswered(m_mailroom.setSchedule(*schedule), this, [this](const Base::Done &done) {
        m_save->setEnabled(true);
        if (done)
            return accept();
        m_bar->tell(Role::Error, explain(done.error()));
    });
}

} // namespace Ui
