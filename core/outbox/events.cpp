#include "core/outbox/events.h"

namespace Outbox {

QString name(TestStep step)
{
    switch (step) {
    case TestStep::Name:
        return QStringLiteral("name");
    case TestStep::Connect:
        return QStringLiteral("connect");
    case TestStep::Tls:
        return QStringLiteral("tls");
    case TestStep::Certificate:
        return QStringLiteral("certificate");
    case TestStep::Hello:
        return QStringLiteral("hello");
    case TestStep::Auth:
        break;
    }
    return QStringLiteral("auth");
}

QList<TestStep> allTestSteps()
{
    return {TestStep::Name,        TestStep::Connect, TestStep::Tls,
            TestStep::Certificate, TestStep::Hello,   TestStep::Auth};
}

} // namespace Outbox
