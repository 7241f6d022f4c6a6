#include "ui/common/dialogprompts.h"

#include "ui/common/passphrasedialog.h"
#include "ui/common/plainlabel.h"
#include "ui/common/scheduledialog.h"

#include <QCoreApplication>
#include <QFileDialog>
#include <QFileInfo>
#include <QMessageBox>
#include <QPushButton>

namespace Ui {

namespace {

struct DialogText
{
    Q_DECLARE_TR_FUNCTIONS(Ui::DialogPrompts)
};

void askSecret(PassphraseDialog *dialog, std::function<void(std::optional<QByteArray>)> then)
{
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    QObject::connect(dialog, &QDialog::finished, dialog, [dialog, then = std::move(then)](int result) {
        then(result == QDialog::Accepted ? std::optional(dialog->secret()) : std::nullopt);
    });
    dialog->open();
}

QFileDialog *fileDialog(QWidget *parent, const QString &title, const QString &folder)
{
    auto *dialog = new QFileDialog(parent, title, folder);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    return dialog;
}

} // namespace

void DialogPrompts::ask(QWidget *parent, const Question &question, std::function<void(bool)> then)
{
    auto *box = new QMessageBox(QMessageBox::Question, DialogText::tr("Postrider"), {}, QMessageBox::NoButton,
                                parent);
    box->setObjectName(QStringLiteral("question"));
    box->setAttribute(Qt::WA_DeleteOnClose);
    setPlainTexts(*box, question.headline, question.advice);
    QPushButton *yes = box->addButton(question.yes, question.destructive ? QMessageBox::DestructiveRole
                                                                         : QMessageBox::AcceptRole);
    QPushButton *no = box->addButton(question.no.isEmpty() ? DialogText::tr("&Cancel") : question.no,
                                     QMessageBox::RejectRole);
    box->setDefaultButton(question.destructive ? no : yes);
    box->setEscapeButton(no);
    QObject::connect(box, &QDialog::finished, box,
                     [box, yes, then = std::move(then)] { then(box->clickedButton() == yes); });
    box->open();
}

void DialogPrompts::passphrase(QWidget *parent, bool newVault, int attempt,
                               std::function<void(std::optional<QByteArray>)> then)
{
    askSecret(PassphraseDialog::forVault(newVault, attempt, parent), std::move(then));
}

void DialogPrompts::password(QWidget *parent, const QString &account, int attempt,
                             std::function<void(std::optional<QByteArray>)> then)
{
    askSecret(PassphraseDialog::forAccount(account, attempt, parent), std::move(then));
}

void DialogPrompts::sendTime(QWidget *parent, const Delivery::ScheduledTime &suggestion,
                             std::function<void(const Delivery::ScheduledTime &)> then)
{
    auto *dialog =
        new ScheduleDialog(suggestion, QDateTime::currentDateTimeUtc(), QTimeZone::systemTimeZone(), parent);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    QObject::connect(dialog, &QDialog::finished, dialog, [dialog, then = std::move(then)](int result) {
        then(result == QDialog::Accepted ? dialog->time() : Delivery::ScheduledTime());
    });
    dialog->open();
}

void DialogPrompts::openFiles(QWidget *parent, const QString &title,
                              std::function<void(const QStringList &)> then)
{
    QFileDialog *dialog = fileDialog(parent, title, m_folder);
    dialog->setFileMode(QFileDialog::ExistingFiles);
    QObject::connect(dialog, &QFileDialog::filesSelected, dialog,
                     [this, then = std::move(then)](const QStringList &files) {
                         if (!files.isEmpty())
                             m_folder = QFileInfo(files.first()).absolutePath();
                         then(files);
                     });
    dialog->open();
}

void DialogPrompts::openFile(QWidget *parent, const QString &title, const QString &filter,
                             std::function<void(const QString &)> then)
{
    QFileDialog *dialog = fileDialog(parent, title, m_folder);
    dialog->setFileMode(QFileDialog::ExistingFile);
    dialog->setNameFilter(filter);
    QObject::connect(dialog, &QFileDialog::fileSelected, dialog,
                     [this, then = std::move(then)](const QString &file) {
                         m_folder = QFileInfo(file).absolutePath();
                         then(file);
                     });
    dialog->open();
}

void DialogPrompts::openFolder(QWidget *parent, const QString &title,
                               std::function<void(const QString &)> then)
{
    QFileDialog *dialog = fileDialog(parent, title, m_folder);
    dialog->setFileMode(QFileDialog::Directory);
    dialog->setOption(QFileDialog::ShowDirsOnly);
    QObject::connect(dialog, &QFileDialog::fileSelected, dialog,
                     [this, then = std::move(then)](const QString &folder) {
                         m_folder = folder;
                         then(folder);
                     });
    dialog->open();
}

void DialogPrompts::saveFile(QWidget *parent, const QString &title, const QString &suggestion,
                             std::function<void(const QString &)> then)
{
    QFileDialog *dialog = fileDialog(parent, title, m_folder);
    dialog->setAcceptMode(QFileDialog::AcceptSave);
    dialog->selectFile(suggestion);
    QObject::connect(dialog, &QFileDialog::fileSelected, dialog,
                     [this, then = std::move(then)](const QString &file) {
                         m_folder = QFileInfo(file).absolutePath();
                         then(file);
                     });
    dialog->open();
}

} // namespace Ui
