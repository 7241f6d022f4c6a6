#pragma once

// What the mail thread tells the rest: values only.

#include "core/base/id.h"
#include "core/delivery/reason.h"
#include "core/delivery/transcript.h"
#include "core/net/tlsfacts.h"

#include <QList>
#include <QMetaType>
#include <QStringList>

namespace Outbox {

/// How far the attempt under way has come.
struct Progress
{
    Base::MessageId message;
    Delivery::Stage stage = Delivery::Stage::Connect;
    qint64 done = 0;  ///< octets of the content taken by the operating system
    qint64 total = 0; ///< 0 until the content is being sent
};

/// Lines said since the last event of the same attempt; at most ten events a second.
struct TranscriptGrew
{
    Base::MessageId message;
    int attempt = 0;
    QList<Delivery::TranscriptLine> lines;
};

/// One thing a test of an account looked at.
enum class TestStep {
    Name,        ///< the server's name was found
    Connect,     ///< a connection was made
    Tls,         ///< the connection is encrypted
    Certificate, ///< the certificate is believed
    Hello,       ///< greeting and EHLO
    Auth,        ///< signed in
};

QString name(TestStep step); ///< "name", "connect", "tls", "certificate", "hello", "auth"
QList<TestStep> allTestSteps();

struct TestFinding
{
    TestStep step = TestStep::Name;
    bool ok = false;
    QString detail;          ///< technical, untranslated: an address, "TLS 1.3, …", a reply
    qint64 milliseconds = 0; ///< since the step before
};

struct TestReport
{
    QList<TestFinding> findings; ///< in order; the first that is not ok is the last
    QStringList capabilities;
    Net::TlsFacts tls;
    Delivery::Transcript transcript;
    Delivery::Reason reason; ///< why it failed; null when all is well

    bool ok() const { return reason.isNull(); }
};

} // namespace Outbox

Q_DECLARE_METATYPE(Outbox::Progress)
Q_DECLARE_METATYPE(Outbox::TranscriptGrew)
Q_DECLARE_METATYPE(Outbox::TestFinding)
Q_DECLARE_METATYPE(Outbox::TestReport)
Q_DECLARE_METATYPE(Base::MessageId)
Q_DECLARE_METATYPE(Base::AccountId)
