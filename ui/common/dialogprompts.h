#pragma once

// The questions as real dialogs. Window-modal and without a nested event loop.

#include "ui/common/prompts.h"

namespace Ui {

class DialogPrompts : public Prompts
{
public:
    void ask(QWidget *parent, const Question &question, std::function<void(bool)> then) override;
    void passphrase(QWidget *parent, bool newVault, int attempt,
                    std::function<void(std::optional<QByteArray>)> then) override;
    void password(QWidget *parent, const QString &account, int attempt,
                  std::function<void(std::optional<QByteArray>)> then) override;
    void sendTime(QWidget *parent, const Delivery::ScheduledTime &suggestion,
                  std::function<void(const Delivery::ScheduledTime &)> then) override;
    void openFiles(QWidget *parent, const QString &title,
                   std::function<void(const QStringList &)> then) override;
    void openFile(QWidget *parent, const QString &title, const QString &filter,
                  std::function<void(const QString &)> then) override;
    void openFolder(QWidget *parent, const QString &title,
                    std::function<void(const QString &)> then) override;
    void saveFile(QWidget *parent, const QString &title, const QString &suggestion,
                  std::function<void(const QString &)> then) override;

private:
    QString m_folder; ///< of the last file, to start there next time
};

} // namespace Ui
