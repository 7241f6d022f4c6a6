#include "core/base/error.h"
#include "core/base/id.h"

#include <QRegularExpression>
#include <QSet>
#include <QTest>

using Base::ErrorKind;
using namespace Qt::StringLiterals;

class TestError : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void everyKindHasANameOfItsOwn();
    void aNameLeadsBackToItsKind();
    void noKindIsForgotten();
    void anUnknownNameIsInternal();
    void idsAreReadStrictly_data();
    void idsAreReadStrictly();
    void idsDoNotMix();
};

void TestError::everyKindHasANameOfItsOwn()
{
    QSet<QString> seen;
    const QRegularExpression form(u"^[a-z]+(-[a-z]+)*$"_s);
    for (const ErrorKind kind : Base::allErrorKinds()) {
        const QString name = Base::name(kind);
        QVERIFY2(form.match(name).hasMatch(), qPrintable(name));
        QVERIFY2(!seen.contains(name), qPrintable(name));
        seen.insert(name);
    }
    QVERIFY(seen.size() > 30);
}

void TestError::aNameLeadsBackToItsKind()
{
    for (const ErrorKind kind : Base::allErrorKinds())
        QCOMPARE(Base::errorKind(Base::name(kind)), kind);
}

void TestError::noKindIsForgotten()
{
    // Kinds are numbered from 0 without gaps, and Internal is the last: a new one that is missing in the
    // table shows here.
    const QList<ErrorKind> kinds = Base::allErrorKinds();
    QCOMPARE(kinds.size(), static_cast<int>(ErrorKind::Internal) + 1);
    for (int i = 0; i < kinds.size(); ++i)
        QVERIFY2(kinds.contains(static_cast<ErrorKind>(i)), qPrintable(QString::number(i)));
}

void TestError::anUnknownNameIsInternal()
{
    QCOMPARE(Base::errorKind(u"no-such-thing"_s), ErrorKind::Internal);
    QCOMPARE(Base::errorKind({}), ErrorKind::Internal);
    QCOMPARE(Base::errorKind(u"Disk-Full"_s), ErrorKind::Internal);
}

void TestError::idsAreReadStrictly_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<qint64>("value");
    QTest::newRow("number") << u"42"_s << qint64(42);
    QTest::newRow("largest") << u"9223372036854775807"_s << std::numeric_limits<qint64>::max();
    QTest::newRow("too large") << u"9223372036854775808"_s << qint64(0);
    QTest::newRow("nothing") << u""_s << qint64(0);
    QTest::newRow("zero") << u"0"_s << qint64(0);
    QTest::newRow("negative") << u"-1"_s << qint64(0);
    QTest::newRow("letters") << u"abc"_s << qint64(0);
    QTest::newRow("letters behind") << u"1abc"_s << qint64(0);
    QTest::newRow("fraction") << u"1.5"_s << qint64(0);
    QTest::newRow("hexadecimal") << u"0x10"_s << qint64(0);
}

void TestError::idsAreReadStrictly()
{
    QFETCH(QString, text);
    QFETCH(qint64, value);
    const Base::MessageId id = Base::MessageId::fromString(text);
    QCOMPARE(id.value, value);
    QCOMPARE(id.isValid(), value > 0);
    if (id.isValid())
        QCOMPARE(id.toString(), text);
}

void TestError::idsDoNotMix()
{
    QVERIFY((!std::is_convertible_v<Base::MessageId, Base::AccountId>));
    QVERIFY((!std::is_convertible_v<qint64, Base::AccountId>));
    QVERIFY(Base::MessageId{1} < Base::MessageId{2});
    QCOMPARE((QSet<Base::MessageId>{Base::MessageId{1}, Base::MessageId{1}}).size(), 1);
}

QTEST_GUILESS_MAIN(TestError)
#include "tst_error.moc"
