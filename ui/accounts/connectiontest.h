#pragma once

// Walks the connection of an account step by step while the person looks on: what was tried, what was found,
// how long it took, and for the step that failed what to do. Works on values that are not saved yet.

#include "core/outbox/mailroom.h"
#include "ui/common/theme.h"

#include <QHash>
#include <QWidget>

class QGridLayout;
class QLabel;

namespace Ui {

class CertificatePanel;
class MessageBar;
class Preferences;
class Prompts;
class TranscriptView;

class ConnectionTest : public QWidget
{
    Q_OBJECT

public:
    ConnectionTest(Outbox::Mailroom &mailroom, Preferences &preferences, Prompts &prompts,
                   QWidget *parent = nullptr);

    /// A secret that is not given is the stored one.
    void start(const Accounts::Account &account, const std::optional<QByteArray> &secret,
               const std::optional<QByteArray> &proxySecret);
    bool isRunning() const { return m_running; }

Q_SIGNALS:
    void finished(bool ok, const Net::TlsFacts &facts);
    /// For the server that was tested, and nothing but what was shown.
    void certificateAccepted(const Net::CertificateException &exception);

private:
    struct Row
    {
        QLabel *icon = nullptr;
        QLabel *step = nullptr;
        QLabel *detail = nullptr;
        QLabel *time = nullptr;
    };

    void makeRow(Outbox::TestStep step);
    void found(const Outbox::TestFinding &finding);
    void done(const Outbox::TestReport &report);
    void mark(const Row &row, Role role, const QString &spoken);
    void toggleTranscript();

    Outbox::Mailroom &m_mailroom;
    QGridLayout *m_grid;
    QHash<Outbox::TestStep, Row> m_rows;
    MessageBar *m_bar;
    CertificatePanel *m_certificate;
    TranscriptView *m_transcript;
    Accounts::Account m_account;
    int m_number = 0; ///< of this test: findings of an earlier one are not ours
    bool m_running = false;
};

} // namespace Ui
