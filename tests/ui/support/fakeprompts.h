#pragma once

// Prepared answers instead of dialogs; what was asked is kept for the test to look at.

#include "ui/common/prompts.h"

#include <QList>
#include <QMetaObject>
#include <QObject>

class FakePrompts : public Ui::Prompts
{
public:
    bool yes = true;
    QStringList files;
    Delivery::ScheduledTime time;
    QString saveTo;
    std::optional<QByteArray> secret;
    QList<Ui::Question> asked;

    void ask(QWidget *, const Ui::Question &question, std::function<void(bool)> then) override
    {
        asked.append(question);
        later([this, then = std::move(then)] { then(yes); });
    }
    void passphrase(QWidget *, bool, int, std::function<void(std::optional<QByteArray>)> then) override
    {
        later([this, then = std::move(then)] { then(secret); });
    }
    void password(QWidget *, const QString &, int,
                  std::function<void(std::optional<QByteArray>)> then) override
    {
        later([this, then = std::move(then)] { then(secret); });
    }
    void sendTime(QWidget *, const Delivery::ScheduledTime &,
                  std::function<void(const Delivery::ScheduledTime &)> then) override
    {
        later([this, then = std::move(then)] { then(time); });
    }
    void openFiles(QWidget *, const QString &, std::function<void(const QStringList &)> then) override
    {
        later([this, then = std::move(then)] { then(files); });
    }
    void openFile(QWidget *, const QString &, const QString &,
                  std::function<void(const QString &)> then) override
    {
        later([this, then = std::move(then)] { then(files.value(0)); });
    }
    void openFolder(QWidget *, const QString &, std::function<void(const QString &)> then) override
    {
        later([this, then = std::move(then)] { then(files.value(0)); });
    }
    void saveFile(QWidget *, const QString &, const QString &,
                  std::function<void(const QString &)> then) override
    {
        later([this, then = std::move(then)] { then(saveTo); });
    }

private:
    void later(std::function<void()> what)
    {
        QMetaObject::invokeMethod(&m_context, std::move(what), Qt::QueuedConnection);
    }

    QObject m_context;
};
