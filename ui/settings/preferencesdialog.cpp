#include "ui/settings/preferencesdialog.h"

#include "ui/common/background.h"
#include "ui/common/messagebar.h"
#include "ui/common/prompts.h"
#include "ui/common/theme.h"
#include "ui/settings/keepingpage.h"

#include <QDialogButtonBox>
#include <QPushButton>
#include <QScrollArea>
#include <QTabWidget>
#include <QVBoxLayout>

namespace Ui {

PreferencesDialog::PreferencesDialog(Outbox::Mailroom &mailroom, const Store::MessageQuery &query,
                                     Prompts &prompts, QWidget *parent)
    : QDialog(parent)
    , m_mailroom(mailroom)
    , m_prompts(prompts)
    , m_bar(new MessageBar(this))
    , m_tabs(new QTabWidget(this))
    , m_keeping(new KeepingPage(this))
{
    setAttribute(Qt::WA_DeleteOnClose);
    setObjectName(QStringLiteral("preferencesDialog"));
    setWindowTitle(tr("Preferences"));
    m_bar->setObjectName(QStringLiteral("preferencesBar"));
    m_tabs->setObjectName(QStringLiteral("preferencesTabs"));
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
    m_keeping->setFocus();
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
    if (!deletesMore())
        return write();
    Question question;
    question.headline = tr("Delete older sent messages from here on?");
    question.advice =
        tr("Those that are beyond what you chose are deleted at once and for good, the others when "
           "their time has come. This cannot be undone.");
    question.yes = tr("&Delete older messages");
    question.no = tr("&Keep them");
    question.destructive = true;
    m_prompts.ask(this, question, [this](bool yes) {
        if (yes)
            write();
    });
}

void PreferencesDialog::write()
{
    m_save->setEnabled(false);
    whenAnswered(m_mailroom.setRetention(m_keeping->retention()), this, [this](const Base::Done &done) {
        m_save->setEnabled(true);
        if (done)
            return accept();
        m_bar->tell(Role::Error, explain(done.error()));
    });
}

} // namespace Ui
