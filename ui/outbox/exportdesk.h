#pragma once

// Writes messages into files as a person wants it: asks where, tells how far it is in a bar and reports what
// came of it. It blocks nothing; one export at a time.

#include "core/outbox/mailroom.h"

#include <QObject>

namespace Ui {

class MessageBar;
class Prompts;

class ExportDesk : public QObject
{
    Q_OBJECT

public:
    ExportDesk(Outbox::Mailroom &mailroom, Prompts &prompts, MessageBar &bar, QWidget *window);

    /// A file for each, into a folder.
    void asFiles(const QList<Base::MessageId> &ids);
    /// All into one file.
    void asMbox(const QList<Base::MessageId> &ids);
    /// All that the filter lets through, into one file.
    void listAsMbox(const Store::Filter &filter);

    bool isBusy() const { return m_busy; }

Q_SIGNALS:
    void busyChanged();
    void openFolder(const QString &path); ///< wanted by the person

private:
    void askForFile(Store::ExportWish wish);
    void begin(const Store::ExportWish &wish);
    void finished(const Store::ExportReport &report);

    Outbox::Mailroom &m_mailroom;
    Prompts &m_prompts;
    MessageBar &m_bar;
    QWidget *m_window;
    bool m_busy = false;
};

} // namespace Ui
