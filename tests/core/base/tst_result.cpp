#include "core/base/result.h"

#include <QTest>

#include <memory>

using Base::Done;
using Base::Error;
using Base::ErrorKind;
using Base::Result;
using namespace Qt::StringLiterals;

namespace {

Result<QList<int>> numbers()
{
    return QList<int>{1, 2, 3};
}
Result<QList<int>> noNumbers()
{
    return Error{ErrorKind::NotFound, u"x"_s, u"none"_s};
}

} // namespace

class TestResult : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void aValueIsThere();
    void anErrorStandsInItsPlace();
    void whatCannotBeCopiedIsMovedOut();
    void aLoopOverAResultIsSafe();
    void doneIsDone();
};

void TestResult::aValueIsThere()
{
    Result<QString> result = u"value"_s;
    QVERIFY(result.ok());
    QVERIFY(static_cast<bool>(result));
    QCOMPARE(result.value(), u"value"_s);
    QCOMPARE(*result, u"value"_s);
    QCOMPARE(result->size(), 5);
    *result += u'!';
    QCOMPARE(*result, u"value!"_s);
    result = Error{ErrorKind::Internal, {}, {}};
    QVERIFY(!result.ok());
}

void TestResult::anErrorStandsInItsPlace()
{
    const Result<QList<int>> result = noNumbers();
    QVERIFY(!result.ok());
    QVERIFY(!result);
    QCOMPARE(result.error().kind, ErrorKind::NotFound);
    QCOMPARE(result.error().subject, u"x"_s);
    QCOMPARE(result.error().detail, u"none"_s);
    QCOMPARE(result.error(), (Error{ErrorKind::NotFound, u"x"_s, u"none"_s}));
}

void TestResult::whatCannotBeCopiedIsMovedOut()
{
    Result<std::unique_ptr<int>> result(std::make_unique<int>(7));
    const std::unique_ptr<int> out = std::move(*result);
    QCOMPARE(*out, 7);
    const std::unique_ptr<int> direct = *Result<std::unique_ptr<int>>(std::make_unique<int>(8));
    QCOMPARE(*direct, 8);
}

void TestResult::aLoopOverAResultIsSafe()
{
    // The Result of the call is gone when the loop begins; what it held is not.
    int sum = 0;
    for (const int number : *numbers())
        sum += number;
    QCOMPARE(sum, 6);
    const QList<int> &kept = *numbers();
    QCOMPARE(kept.size(), 3);
}

void TestResult::doneIsDone()
{
    Done done;
    QVERIFY(done.ok());
    done = Error{ErrorKind::DiskFull, u"file"_s, {}};
    QVERIFY(!done.ok());
    QCOMPARE(done.error().kind, ErrorKind::DiskFull);
}

QTEST_GUILESS_MAIN(TestResult)
#include "tst_result.moc"
