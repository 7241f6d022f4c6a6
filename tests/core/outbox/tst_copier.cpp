// Copies are made of what is owed, once, and a copy that fails changes nothing about its message.

#include "core/outbox/copier.h"

#include "tests/support/fakeclock.h"
#include "tests/support/keeping.h"

#include <QSignalSpy>

using Base::MessageId;
using Outbox::Copier;
using Store::SentCopies;
using Store::SentCopy;
using namespace Qt::StringLiterals;

class TestCopier : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void cleanup();

    void whatIsOwedIsCopied();
    void law8_whatAKillLeftIsCopiedOnce_data();
    void law8_whatAKillLeftIsCopiedOnce();
    void aFolderThatIsAwayIsTriedAgain();
    void anAccountThatWantsNoneAnyMoreGetsNone();
    void theEndCopiesWhatIsOwed();
    void manyAreCopied();
    void booksThatTakeNothingMakeNoSecondCopy();

private:
    MessageId add()
    {
        return Support::deliver(*m_books, m_account, Support::Books::letter({u"one@example.org"_s}),
                                m_clock->now());
    }
    QString folder() const { return m_books->folder.filePath(u"Sent"_s); }
    QStringList copies() const { return Support::filesIn(folder() + u"/cur"_s); }
    SentCopy copyOf(MessageId id) const
    {
        const auto copy = SentCopies::read(m_books->database, id);
        return copy && *copy ? **copy : SentCopy{};
    }
    void makeCopier()
    {
        m_copier = std::make_unique<Copier>(m_books->database, m_books->group,
                                            Store::Spool(m_books->spoolPath()), *m_clock);
    }

    std::unique_ptr<Support::FakeClock> m_clock;
    std::unique_ptr<Support::Books> m_books;
    std::unique_ptr<Copier> m_copier;
    Accounts::Account m_account;
};

void TestCopier::init()
{
    m_clock = std::make_unique<Support::FakeClock>();
    m_books = std::make_unique<Support::Books>();
    QVERIFY(m_books->opened.ok());
    Support::makeMaildir(folder());
    m_account = m_books->addAccount();
    m_account.sentFolder = folder();
    QVERIFY(Store::AccountStore(m_books->database).save(m_account).ok());
    makeCopier();
}

void TestCopier::cleanup()
{
    m_copier.reset();
    m_books.reset();
}

void TestCopier::whatIsOwedIsCopied()
{
    QSignalSpy changed(m_copier.get(), &Copier::messageChanged);
    const MessageId before = add();
    m_copier->start();
    QTRY_COMPARE(changed.size(), 1);
    QCOMPARE(copies().size(), 1);
    QCOMPARE(copyOf(before).state, SentCopy::State::Done);
    const MessageId after = add();
    m_copier->wake();
    m_copier->wake();
    QTRY_COMPARE(changed.size(), 2);
    QCOMPARE(copies().size(), 2);
    QCOMPARE(copyOf(after).state, SentCopy::State::Done);
    QVERIFY(Support::contentsOf(folder() + u"/cur/"_s + copies().first())
                .startsWith("Subject: Hello\nMessage-ID"));
}

void TestCopier::law8_whatAKillLeftIsCopiedOnce_data()
{
    QTest::addColumn<QString>("step");
    QTest::newRow("before the file") << u"owed"_s;
    QTest::newRow("in the midst of the file") << u"half"_s;
    QTest::newRow("behind the rename") << u"copied"_s;
    QTest::newRow("behind the rename, and read meanwhile") << u"read"_s;
    QTest::newRow("behind the record") << u"settled"_s;
}

void TestCopier::law8_whatAKillLeftIsCopiedOnce()
{
    QFETCH(QString, step);
    const MessageId id = add();
    const auto owed = SentCopies(m_books->database).owed(1);
    QVERIFY(owed.ok() && owed->size() == 1);
    const Store::OwedCopy copy = owed->first();
    if (step == u"half"_s) {
        QFile half(folder() + u"/tmp/"_s + copy.name);
        QVERIFY(half.open(QIODevice::WriteOnly));
        half.write("Sub");
    } else if (step != u"owed"_s) {
        QVERIFY(Store::Maildir(folder())
                    .append(copy.name, copy.content, Store::Spool(m_books->spoolPath()),
                            Store::Maildir::Before::NotThere)
                    .ok());
    }
    if (step == u"read"_s)
        QVERIFY(QFile::rename(folder() + u"/cur/"_s + copies().first(),
                              folder() + u"/cur/"_s + copy.name + u":2,FS"_s));
    if (step == u"settled"_s)
        QVERIFY(SentCopies(m_books->database).settle(id).ok());
    m_copier->start();
    QTRY_COMPARE(copyOf(id).state, SentCopy::State::Done);
    m_copier->finish();
    QCOMPARE(copies().size(), 1);
    QCOMPARE(Support::filesIn(folder() + u"/tmp"_s), QStringList());
    const QByteArray text = Support::contentsOf(folder() + u"/cur/"_s + copies().first());
    QVERIFY(text.startsWith("Subject: Hello\n") && text.endsWith("\nHello\n"));
}

void TestCopier::aFolderThatIsAwayIsTriedAgain()
{
    QVERIFY(QDir().rename(folder(), folder() + u"-away"_s));
    const MessageId id = add();
    m_copier->start();
    QTRY_COMPARE(copyOf(id).state, SentCopy::State::Failed);
    QCOMPARE(copyOf(id).problem->kind, Base::ErrorKind::NotMaildir);
    QCOMPARE(m_books->state(id), u"sent"_s);
    QVERIFY(QDir().rename(folder() + u"-away"_s, folder()));
    m_copier->wake();
    QTest::qWait(50);
    QCOMPARE(copies(), QStringList()); // not with every letter
    m_clock->advance(Copier::again);
    QTRY_COMPARE(copyOf(id).state, SentCopy::State::Done);
    QCOMPARE(copies().size(), 1);
    QVERIFY(!copyOf(id).problem);
}

void TestCopier::anAccountThatWantsNoneAnyMoreGetsNone()
{
    const MessageId id = add();
    m_account.sentFolder.clear();
    QVERIFY(Store::AccountStore(m_books->database).save(m_account).ok());
    m_copier->start();
    QTRY_COMPARE(copyOf(id).state, SentCopy::State::Done);
    QCOMPARE(copies(), QStringList());
}

void TestCopier::theEndCopiesWhatIsOwed()
{
    m_copier->start();
    const MessageId id = add();
    m_copier->wake();
    m_copier->finish();
    QCOMPARE(copies().size(), 1);
    QCOMPARE(copyOf(id).state, SentCopy::State::Done);
    QTest::qWait(20);
    QCOMPARE(copies().size(), 1);
}

void TestCopier::manyAreCopied()
{
    m_copier->start();
    QList<MessageId> ids;
    for (int i = 0; i < 120; ++i) {
        ids.append(add());
        m_copier->wake();
        if (i == 60)
            QCoreApplication::processEvents();
    }
    QTRY_COMPARE(m_books->number(u"SELECT count(*) FROM sent_copy WHERE state = 'done'"_s), 120);
    QCOMPARE(copies().size(), 120);
}

void TestCopier::booksThatTakeNothingMakeNoSecondCopy()
{
    m_copier->start();
    QCoreApplication::processEvents();
    const MessageId id = add();
    m_books->refuseWrites(true);
    m_copier->wake();
    QTRY_COMPARE(copies().size(), 1);
    QVERIFY(QFile::rename(folder() + u"/cur/"_s + copies().first(),
                          folder() + u"/cur/"_s + copies().first() + u"R"_s)); // answered
    QTRY_COMPARE(m_clock->untilNext(), Copier::booksRefused);
    QCOMPARE(copyOf(id).state, SentCopy::State::Owed);
    m_books->refuseWrites(false);
    m_clock->advance(Copier::booksRefused);
    QTRY_COMPARE(copyOf(id).state, SentCopy::State::Done);
    QCOMPARE(copies().size(), 1);
}

QTEST_GUILESS_MAIN(TestCopier)
#include "tst_copier.moc"
