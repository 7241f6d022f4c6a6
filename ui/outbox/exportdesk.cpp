#include "ui/outbox/exportdesk.h"

#include "ui/common/background.h"
#include "ui/common/explainkeeping.h"
#include "ui/common/messagebar.h"
#include "ui/common/prompts.h"

#include <QFileInfo>
#include <QWidget>

namespace Ui {

ExportDesk::ExportDesk(Outbox::Mailroom &mailroom, Prompts &prompts, MessageBar &bar, QWidget *window)
    : QObject(window)
    , m_mailroom(mailroom)
    , m_prompts(prompts)
    , m_bar(bar)
    , m_window(window)
{
}

void ExportDesk::asFiles(const QList<Base::MessageId> &ids)
{
    m_prompts.openFolder(m_window, tr("Export into folder"), [this, ids](const QString &folder) {
        if (!folder.isEmpty())
            begin({Store::ExportWish::Form::Eml, folder, ids, {}});
    });
}

void ExportDesk::asMbox(const QList<Base::MessageId> &ids)
{
    askForFile({Store::ExportWish::Form::Mbox, {}, ids, {}});
}

void ExportDesk::listAsMbox(const Store::Filter &filter)
{
    askForFile({Store::ExportWish::Form::Mbox, {}, {}, filter});
}

/// The dialog asks before it answers with a file that is there.
void ExportDesk::askForFile(Store::ExportWish wish)
{
    m_prompts.saveFile(m_window, tr("Export as mailbox"), tr("Messages.mbox"),
                       [this, wish](const QString &file) mutable {
                           if (file.isEmpty())
                               return;
                           wish.path = file;
                           wish.replace = true;
                           begin(wish);
                       });
}

void ExportDesk::begin(const Store::ExportWish &wish)
{
    m_busy = true;
    Q_EMIT busyChanged();
    m_bar.setClosable(false);
    m_bar.tell(Role::Info, {tr("Messages are being exported."), tr("You can go on working meanwhile."), {}});
    m_bar.addButton(tr("S&top exporting"), QStringLiteral("stopExport"),
                    [this] { m_mailroom.cancelExports(); });
    whenAnswered(m_mailroom.exportMessages(wish), this,
                 [this](const Store::ExportReport &report) { finished(report); });
}

void ExportDesk::finished(const Store::ExportReport &report)
{
    m_busy = false;
    Q_EMIT busyChanged();
    m_bar.setClosable(true);
    m_bar.tell(report.stopped                               ? Role::Error
               : report.cancelled || !report.left.isEmpty() ? Role::Warning
                                                            : Role::Info,
               explain(report));
    if (!report.file.isEmpty())
        m_bar.addButton(tr("&Open folder"), QStringLiteral("openFolder"),
                        [this, folder = QFileInfo(report.file).path()] { Q_EMIT openFolder(folder); });
}

} // namespace Ui
