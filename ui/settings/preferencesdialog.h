#pragma once

// What a person can set for the whole program, a page each kind of thing. What holds for the home is read
// from the books and changed through the mail room, so that the window and the command line go by the same.

#include "core/outbox/mailroom.h"
#include "core/store/messagequery.h"

#include <QDialog>

class QPushButton;
class QTabWidget;

namespace Ui {

class DeliveryPage;
class KeepingPage;
class MessageBar;
class Prompts;

class PreferencesDialog : public QDialog
{
    Q_OBJECT

public:
    PreferencesDialog(Outbox::Mailroom &mailroom, const Store::MessageQuery &query, const Base::Clock &clock,
                      Prompts &prompts, QWidget *parent = nullptr);

public Q_SLOTS:
    void save();
    /// Into the fields; it holds when it is saved.
    void restoreDefaults();

private:
    void addPage(QWidget *page, const QString &title);
    bool deletesMore() const;
    void write(const Delivery::RetrySchedule &schedule);
    void written(const Base::Done &done);

    Outbox::Mailroom &m_mailroom;
    Prompts &m_prompts;
    MessageBar *m_bar;
    QTabWidget *m_tabs;
    DeliveryPage *m_delivery;
    KeepingPage *m_keeping;
    QPushButton *m_save = nullptr;
    Delivery::Retention m_retention; ///< as it is in the books
};

} // namespace Ui
