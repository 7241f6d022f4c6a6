#include "core/store/draftstore.h"

#include "tests/support/books.h"

using Base::DraftId;
using Base::ErrorKind;
using Message::Draft;
using Store::DraftStore;
using namespace Qt::StringLiterals;

namespace {

const QDateTime noon = QDateTime::fromMSecsSinceEpoch(1'795'262'400'123).toUTC();

Draft filled()
{
    Draft draft;
    draft.account = Base::AccountId{3};
    draft.from = u"Ada <ada@example.org>"_s;
    draft.to = u"half an addre"_s;
    draft.cc = u"\"open quote"_s;
    draft.bcc = u"secret@example.org"_s;
    draft.subject = u"Grüße\n😀"_s;
    draft.text = u"Zeile\r\nשלום\n\n"_s;
    draft.attachments = {{u"/tmp/ü.pdf"_s, u"ü.pdf"_s, 12345678901}};
    draft.headers = {{u"X-A"_s, u"1"_s}};
    draft.notify = {true, false, true, false};
    draft.returned = Message::Return::Full;
    return draft;
}

} // namespace

class TestDraftStore : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();

    void aDraftComesBackAsItWasTyped();
    void savingAgainReplaces();
    void aDraftThatIsGoneIsSavedAnew();
    void theYoungestComesFirst();
    void removingIsForGood();
    void aLargeDraftIsKept();
    void aRefusedWriteIsTold();
    void whatADraftNeedsOfTheSpoolIsNamed();

private:
    std::unique_ptr<Support::Books> m_books;
    std::unique_ptr<DraftStore> m_store;
};

void TestDraftStore::init()
{
    m_store.reset();
    m_books = std::make_unique<Support::Books>();
    QVERIFY(m_books->opened.ok());
    m_store = std::make_unique<DraftStore>(m_books->database);
}

void TestDraftStore::aDraftComesBackAsItWasTyped()
{
    Draft draft = filled();
    const Base::Result<DraftId> id = m_store->save(draft, noon);
    QVERIFY(id.ok());
    draft.id = *id;
    const Base::Result<Store::DraftRow> row = DraftStore::read(m_books->database, *id);
    QVERIFY(row.ok());
    QCOMPARE(row->draft, draft);
    QCOMPARE(row->id, *id);
    QCOMPARE(row->changed, noon);
    QVERIFY(m_store->save({}, noon).ok()); // an empty one too
}

void TestDraftStore::savingAgainReplaces()
{
    Draft draft = filled();
    draft.id = *m_store->save(draft, noon);
    draft.text = u"changed"_s;
    QCOMPARE(*m_store->save(draft, noon.addSecs(5)), draft.id);
    QCOMPARE(DraftStore::readAll(m_books->database)->size(), 1);
    QCOMPARE(DraftStore::read(m_books->database, draft.id)->draft, draft);
    QCOMPARE(DraftStore::read(m_books->database, draft.id)->changed, noon.addSecs(5));
}

void TestDraftStore::aDraftThatIsGoneIsSavedAnew()
{
    Draft draft = filled();
    draft.id = *m_store->save(draft, noon);
    QVERIFY(m_store->remove(draft.id).ok());
    const Base::Result<DraftId> again = m_store->save(draft, noon);
    QVERIFY(again.ok());
    QVERIFY(*again != draft.id);
    QCOMPARE(DraftStore::read(m_books->database, *again)->draft.text, draft.text);
}

void TestDraftStore::theYoungestComesFirst()
{
    const DraftId one = *m_store->save({}, noon);
    const DraftId two = *m_store->save({}, noon.addSecs(-10));
    const DraftId three = *m_store->save({}, noon);
    QList<DraftId> order;
    for (const Store::DraftRow &row : *DraftStore::readAll(m_books->database))
        order.append(row.id);
    QCOMPARE(order, (QList<DraftId>{three, one, two}));
}

void TestDraftStore::removingIsForGood()
{
    const DraftId id = *m_store->save(filled(), noon);
    QVERIFY(m_store->remove(id).ok());
    QCOMPARE(DraftStore::read(m_books->database, id).error().kind, ErrorKind::NotFound);
    QVERIFY(m_store->remove(id).ok()); // it is as asked
    QVERIFY(DraftStore::readAll(m_books->database)->isEmpty());
}

void TestDraftStore::aLargeDraftIsKept()
{
    Draft draft;
    draft.text = u"漢字かな交じり文 "_s.repeated(300000);
    const DraftId id = *m_store->save(draft, noon);
    QVERIFY(DraftStore::read(m_books->database, id)->draft.text == draft.text);
}

void TestDraftStore::aRefusedWriteIsTold()
{
    Draft draft = filled();
    draft.id = *m_store->save(draft, noon);
    m_books->refuseWrites(true);
    QVERIFY(!m_store->save({}, noon).ok());
    draft.text = u"changed"_s;
    QVERIFY(!m_store->save(draft, noon).ok());
    QVERIFY(!m_store->remove(draft.id).ok());
    m_books->refuseWrites(false);
    QCOMPARE(DraftStore::read(m_books->database, draft.id)->draft.text, filled().text);
}

void TestDraftStore::whatADraftNeedsOfTheSpoolIsNamed()
{
    QVERIFY(m_store->spoolUse()->isEmpty());
    Draft draft = filled();
    QVERIFY(m_store->save(draft, noon).ok()); // a file of the person's own
    QVERIFY(m_store->spoolUse()->isEmpty());
    draft.attachments.append({{}, u"kept.pdf"_s, 7, QByteArray(64, 'a')});
    const Base::Result<DraftId> id = m_store->save(draft, noon);
    QCOMPARE(*m_store->spoolUse(), QSet<QByteArray>{QByteArray(64, 'a')});
    QVERIFY(m_store->remove(*id).ok());
    QVERIFY(m_store->spoolUse()->isEmpty());
}

QTEST_GUILESS_MAIN(TestDraftStore)
#include "tst_draftstore.moc"
