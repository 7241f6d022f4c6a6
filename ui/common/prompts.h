#pragma once

// What the program asks a person, as an interface: real dialogs in the program, prepared answers in tests.
// Nothing waits inside a call: each answer comes to `then`, later, in the window's thread; it is not called
// when `parent` dies first.

#include "core/delivery/scheduledtime.h"

#include <QByteArray>
#include <QString>
#include <QStringList>

#include <functional>
#include <optional>

class QWidget;

namespace Ui {

/// A question with one verb on its button; the other button leaves everything as it is.
struct Question
{
    QString headline;
    QString advice;
    QString yes;              ///< the verb: "Delete 3 messages"
    QString no;               ///< "Cancel" when empty
    bool destructive = false; ///< then Enter means no
};

class Prompts
{
public:
    virtual ~Prompts() = default;

    virtual void ask(QWidget *parent, const Question &question, std::function<void(bool yes)> then) = 0;
    /// The sealed vault's passphrase: a new one (typed twice) or the one that opens it. attempt counts from
    /// 1; over 1 the last one was wrong. nullopt: the person did not want to.
    virtual void passphrase(QWidget *parent, bool newVault, int attempt,
                            std::function<void(std::optional<QByteArray>)> then) = 0;
    /// An account's password, kept nowhere.
    virtual void password(QWidget *parent, const QString &account, int attempt,
                          std::function<void(std::optional<QByteArray>)> then) = 0;
    /// When a message is to leave. Null: the person did not want to.
    virtual void sendTime(QWidget *parent, const Delivery::ScheduledTime &suggestion,
                          std::function<void(const Delivery::ScheduledTime &)> then) = 0;
    /// Empty: the person did not want to.
    virtual void openFiles(QWidget *parent, const QString &title,
                           std::function<void(const QStringList &)> then) = 0;
    virtual void openFile(QWidget *parent, const QString &title, const QString &filter,
                          std::function<void(const QString &)> then) = 0;
    virtual void openFolder(QWidget *parent, const QString &title,
                            std::function<void(const QString &)> then) = 0;
    virtual void saveFile(QWidget *parent, const QString &title, const QString &suggestion,
                          std::function<void(const QString &)> then) = 0;
};

} // namespace Ui
