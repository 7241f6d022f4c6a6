// Books of every schema there ever was, with rows in all of their tables, are brought to the newest: nothing
// of what they held is lost, and the program goes on with it.

#include "core/store/accountstore.h"
#include "core/store/database.h"
#include "core/store/decisions.h"
#include "core/store/departures.h"
#include "core/store/draftstore.h"
#include "core/store/messagequery.h"
#include "core/store/messagestore.h"
#include "core/store/migrations.h"
#include "core/store/sentcopies.h"
#include "core/store/settingstore.h"
#include "core/store/spool.h"
#include "core/store/usagestore.h"
#include "tests/support/olderbooks.h"

#include <QBuffer>
#include <QCryptographicHash>
#include <QJsonDocument>
#include <QTemporaryDir>

using namespace Qt::StringLiterals;
using Delivery::MessageState;

namespace {

const QDateTime now(QDate(2026, 11, 22), QTime(12, 0), Qt::UTC);
const QByteArray attached = "%PDF-1.7 a price list";

/// Rows of those tables that are made anew from others.
const QStringList derived{u"message_count"_s, u"find"_s,         u"find_config"_s, u"find_content"_s,
                          u"find_data"_s,     u"find_docsize"_s, u"find_idx"_s,    u"find_words"_s};

QString json(const QString &single) // ' for ", so that it can be read
{
    return QString(single).replace(u'\'', u'"');
}

Delivery::Transcript conversation()
{
    Delivery::Transcript said;
    const QDateTime at = now.addSecs(-3600);
    said.add({Delivery::Speaker::Server, at, 20, u"220 mx.example.org ESMTP"_s, 0});
    said.add({Delivery::Speaker::Client, at, 4, u"QUIT"_s, 1});
    return said;
}

/// What a program of that schema wrote.
void fill(Support::RawBooks &books, int schema, const QByteArray &sha256)
{
    const QString refusal = json(
        u"{'stage':'auth','scope':'account','code':535,'lines':['5.7.8 Authentication credentials invalid']}"_s);
    const QString account = u"INSERT INTO account (name, settings, is_default, paused) VALUES (?, ?, ?, ?)"_s;
    books.run(account, {u"work"_s,
                        json(u"{'name':'work','host':'smtp.example.org','port':587,'security':'starttls',"
                             "'caFile':'','trust':'','auth':'auto','user':'ada','secretPlace':'keychain',"
                             "'passwordCommand':'','fromName':'Ada','from':'ada@example.org','helo':'',"
                             "'allowCleartextPassword':false,'maxConnections':3}"_s),
                        1, QString(u""_s)});
    books.run(account, {u"club"_s,
                        json(u"{'name':'club','host':'mail.example.net','port':465,'security':'tls',"
                             "'auth':'plain','user':'club','from':'club@example.net'}"_s),
                        0, refusal});
    books.run(u"INSERT INTO draft (content, changed) VALUES (?, ?)"_s,
              {json(u"{'account':2,'from':'club@example.net','to':'bob@example.org','cc':'','bcc':'',"
                    "'subject':'Outing','text':'On Sunday','attachments':[{'path':'/tmp/map.png',"
                    "'name':'map.png','size':7}],'headers':[['X-Kind','trip']],"
                    "'notify':[false,true,false,false],'return':1}"_s),
               now.toMSecsSinceEpoch() - 1000});

    QStringList states{u"queued"_s, u"sending"_s, u"committing"_s,  u"deferred"_s,  u"held"_s,
                       u"sent"_s,   u"failed"_s,  u"partly-sent"_s, u"uncertain"_s, u"cancelled"_s};
    if (schema >= 6)
        states << u"undoable"_s << u"scheduled"_s;
    for (qsizetype i = 0; i < states.size(); ++i) {
        const QString &state = states.at(i);
        const qint64 id = i + 1;
        const bool isOver = QStringList{u"sent"_s, u"failed"_s, u"partly-sent"_s}.contains(state);
        books.run(
            u"INSERT INTO message (account, account_name, message_id, sender, recipients, recipient_count,"
            " subject, size, envelope, state, created, changed, next_attempt, attempts, accepted, refused,"
            " queue_id, reason) VALUES (1, 'work', ?, 'Ada <ada@example.org>',"
            " 'bob@example.org, Carl <carl@example.org>', 2, ?, 120, ?, ?, ?, ?, ?, 1, ?, ?, '', ?)"_s,
            {u"<%1@example.org>"_s.arg(id), u"Minutes of meeting %1"_s.arg(id),
             json(u"{'from':'ada@example.org','eightBit':true,'notify':[false,false,true,false],"
                  "'return':1,'envelopeId':'env%1'}"_s.arg(id)),
             state, now.toMSecsSinceEpoch() - 7'200'000, now.toMSecsSinceEpoch() - 3'600'000,
             isOver ? QVariant(QMetaType::fromType<qint64>()) : QVariant(now.toMSecsSinceEpoch() - 60'000),
             isOver && state != u"failed" ? 1 : 0, state == u"failed" ? 1 : 0,
             state == u"failed" ? json(u"{'stage':'rcpt','scope':'recipient','code':550,'lines':['no']}"_s)
                                : QString(u""_s)});
        books.run(u"INSERT INTO recipient (message, position, address, name, field, state, attempts, reason)"
                  " VALUES (?, 0, 'bob@example.org', '', 'to', ?, 1, ''),"
                  " (?, 1, 'carl@example.org', 'Carl', 'bcc', 'waiting', 0, '')"_s,
                  {id, isOver ? u"accepted"_s : u"waiting"_s, id});
        books.run(u"INSERT INTO content VALUES (?, ?)"_s,
                  {id, json(u"[{'bytes':'Subject: Minutes\\r\\n\\r\\nGr\u00fc\u00dfe\\r\\n'},"
                            "{'sha256':'%1','size':%2,'base64':true}]"_s.arg(QString::fromLatin1(sha256))
                                .arg(attached.size()))});
        books.run(u"INSERT INTO spool_use VALUES (?, ?)"_s, {id, QString::fromLatin1(sha256)});
        const bool isUnderWay = state == u"sending" || state == u"committing";
        books.run(u"INSERT INTO attempt (message, number, started, finished, committing, server, tls, reason,"
                  " transcript) VALUES (?, 1, ?, ?, ?, '192.0.2.7:587', 'TLS 1.3', '', ?)"_s,
                  {id, now.toMSecsSinceEpoch() - 3'600'000,
                   isUnderWay ? QVariant(QMetaType::fromType<qint64>())
                              : QVariant(now.toMSecsSinceEpoch() - 3'599'000),
                   state == u"committing" || isOver ? 1 : 0,
                   qCompress(QJsonDocument(conversation().toJson()).toJson(QJsonDocument::Compact))});
        if (schema >= 5)
            books.run(
                u"INSERT INTO find (rowid, subject, sender, recipients, body, marks) VALUES (?, ?, ?, ?,"
                " ?, '')"_s,
                {id, u"Minutes of meeting %1"_s.arg(id), u"Ada <ada@example.org>"_s,
                 u"bob@example.org Carl <carl@example.org>"_s, u"Gr\u00fc\u00dfe"_s});
    }

    if (schema >= 2)
        books.run(u"UPDATE account SET strongest_seen = 'SCRAM-SHA-256' WHERE id = 1"_s);
    if (schema >= 3)
        books.run(u"UPDATE account SET offers = 'SIZE SMTPUTF8' WHERE id = 1"_s);
    if (schema >= 4) {
        books.run(u"INSERT INTO setting VALUES ('schedule', ?)"_s, {json(u"{'giveUpAfter':172800}"_s)});
        books.run(u"INSERT INTO usage VALUES (1, ?, ?, 7, 9)"_s,
                  {now.toSecsSinceEpoch() / 60 - 5, now.toMSecsSinceEpoch() - 300'000});
        books.run(u"UPDATE account SET backoff_failures = 3, backoff_until = ?, learned = ? WHERE id = 1"_s,
                  {now.toMSecsSinceEpoch() + 60'000, json(u"{'perDay':{'most':5000,'on':'2026-11-21'}}"_s)});
    }
    if (schema >= 6) {
        books.run(u"INSERT INTO departure VALUES (11, '', ?), (12, ?, '')"_s,
                  {json(u"{'to':'bob@example.org','subject':'Minutes'}"_s),
                   json(u"{'local':'2026-11-23T09:00:00','zone':'Europe/Berlin',"
                        "'chosen':'2026-11-23T08:00:00Z'}"_s)});
        books.run(u"UPDATE message SET since = created + 5 WHERE id = 4"_s);
        books.run(u"UPDATE account SET held = 1 WHERE id = 2"_s);
    }
    if (schema >= 7)
        books.run(u"INSERT INTO sent_copy VALUES (6, '/home/ada/Maildir/.Sent', 'owed', '')"_s);
}

} // namespace

class TestOlderBooks : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void aLandedStepIsNeverChanged();
    void nothingIsLost_data();
    void nothingIsLost();
    void theProgramGoesOn_data() { nothingIsLost_data(); }
    void theProgramGoesOn();
};

/// Who has come past it would never see the change. A new step has its line added.
void TestOlderBooks::aLandedStepIsNeverChanged()
{
    const QStringList landed{
        u"0001_initial.sql 03726095a6278b6e"_s,     u"0002_strongest_sign_in.sql 3193d795e9c05232"_s,
        u"0003_offers.sql aa9c5c3e8081a765"_s,      u"0004_limits.sql f0d99f8b2c20f7da"_s,
        u"0005_find.sql 08d4a076696ebadb"_s,        u"0006_departure.sql bb8331ab156eb35a"_s,
        u"0007_sent_copies.sql 1664efb0febd49c4"_s, u"0008_fewer_writes.sql f494e082bb602e5f"_s,
        u"0009_fewer_pages.sql ed1838d05a459e5e"_s,
    };
    const QTemporaryDir folder;
    Support::makeSchema(folder.filePath(u"db"_s), 1);
    QStringList here;
    for (const QString &name : QDir(u":/sql"_s).entryList(QDir::Files, QDir::Name)) {
        QFile file(u":/sql/"_s + name);
        QVERIFY(file.open(QIODevice::ReadOnly));
        QCryptographicHash hash(QCryptographicHash::Sha256);
        hash.addData(&file);
        here.append(name + u' ' + QString::fromLatin1(hash.result().toHex().left(16)));
    }
    QCOMPARE(here, landed);
}

void TestOlderBooks::nothingIsLost_data()
{
    QTest::addColumn<int>("schema");
    for (int schema = 1; schema < Store::newestSchema(); ++schema)
        QTest::addRow("schema %d", schema) << schema;
}

void TestOlderBooks::nothingIsLost()
{
    QFETCH(int, schema);
    const QTemporaryDir folder;
    const QString path = folder.filePath(u"db"_s);
    Support::makeSchema(path, schema);
    QHash<QString, QString> questions;
    QHash<QString, QStringList> before;
    {
        Support::RawBooks books(path);
        fill(books, schema, QByteArray(64, 'a'));
        for (const QString &table : books.tables()) {
            if (derived.contains(table))
                continue;
            const QStringList columns =
                books.rows(u"SELECT name FROM pragma_table_info('%1') ORDER BY cid"_s.arg(table));
            questions[table] = u"SELECT %1 FROM %2 ORDER BY 1, 2"_s.arg(columns.join(u", "_s), table);
            before[table] = books.rows(questions[table]);
            if (table == u"message") // a state of schemas up to 8
                before[table].replaceInStrings(u"committing"_s, u"sending"_s);
            QVERIFY2(!before[table].isEmpty(), qPrintable(table)); // a table nothing is said of here
        }
    }
    {
        Store::Database database;
        const Base::Done done = database.open(path, Store::Database::Mode::ReadWrite);
        QVERIFY2(done.ok(), done ? "" : qPrintable(done.error().detail));
        QVERIFY(database.exec(u"INSERT INTO find (find) VALUES ('integrity-check')"_s).ok());
    }
    const QString form = u"SELECT type, name, sql FROM sqlite_schema ORDER BY 1, 2"_s;
    const QStringList newest = Support::RawBooks(path + u".newest"_s).rows(form);
    Support::RawBooks books(path);
    for (auto question = questions.cbegin(); question != questions.cend(); ++question)
        QCOMPARE(books.rows(question.value()), before[question.key()]);
    QCOMPARE(books.rows(form), newest);
    QCOMPARE(books.rows(u"PRAGMA integrity_check"_s), QStringList{u"ok"_s});
    QCOMPARE(books.rows(u"PRAGMA foreign_key_check"_s), QStringList());
    QCOMPARE(books.rows(u"SELECT state, sum(number) FROM message_count GROUP BY 1 HAVING sum(number) <> 0"_s),
             books.rows(u"SELECT state, count(*) FROM message GROUP BY 1"_s));
}

void TestOlderBooks::theProgramGoesOn()
{
    QFETCH(int, schema);
    const QTemporaryDir folder;
    const QString path = folder.filePath(u"db"_s);
    QVERIFY(QDir(folder.path()).mkdir(u"spool"_s));
    Store::Spool spool(folder.filePath(u"spool"_s));
    QBuffer file;
    file.setData(attached);
    QVERIFY(file.open(QIODevice::ReadOnly));
    const auto ref = spool.put(file);
    QVERIFY(ref.ok());
    Support::makeSchema(path, schema);
    {
        Support::RawBooks books(path);
        fill(books, schema, ref->sha256);
    }
    Store::Database database;
    QVERIFY(database.open(path, Store::Database::Mode::ReadWrite).ok());
    Store::MessageQuery query;
    QVERIFY(query.open(path, folder.filePath(u"spool"_s)).ok());

    const auto accounts = query.accounts();
    QVERIFY(accounts.ok());
    QCOMPARE(accounts->size(), 2);
    const auto &work = accounts->at(accounts->first().name == u"work" ? 0 : 1);
    QCOMPARE(work.server.host, u"smtp.example.org"_s);
    QCOMPARE(work.fromAddress, u"ada@example.org"_s);
    QCOMPARE(work.maxConnections, 3);
    QVERIFY(work.isDefault);
    QCOMPARE(work.strongestSeen, schema >= 2 ? u"SCRAM-SHA-256"_s : QString());
    QCOMPARE(work.offers, schema >= 3 ? (QStringList{u"SIZE"_s, u"SMTPUTF8"_s}) : QStringList());
    const auto pause = query.pauseOf(Base::AccountId{2});
    if (schema >= 6) {
        QCOMPARE(pause->error->kind, Base::ErrorKind::OnHold);
        QVERIFY(Store::AccountStore(database).setHeld(Base::AccountId{2}, false).ok());
    }
    QCOMPARE(query.pauseOf(Base::AccountId{2})->reply.code(), 535);

    QCOMPARE(query.backOffOf(Base::AccountId{1})->failures, schema >= 4 ? 3 : 0);
    QCOMPARE(query.learnedOf(Base::AccountId{1})->perDay.most, schema >= 4 ? 5000 : 0);
    QCOMPARE(query.usageOf(Base::AccountId{1}, now.addDays(-1))->since(now.addDays(-1)).messages,
             schema >= 4 ? 7 : 0);

    QCOMPARE(query.schedule()->giveUpAfter, (schema >= 4 ? 2 : 5) * 86'400'000LL);

    const auto drafts = query.drafts();
    QCOMPARE(drafts->size(), 1);
    QCOMPARE(drafts->first().draft.subject, u"Outing"_s);
    QCOMPARE(drafts->first().draft.attachments.first().path, u"/tmp/map.png"_s);
    QVERIFY(drafts->first().draft.notify.success);

    const QByteArray source = "Subject: Minutes\r\n\r\nGr\xfc\xdf"
                              "e\r\n" +
                              attached.toBase64() + "\r\n";
    const auto rows = query.ids({}, 100);
    QCOMPARE(rows->size(), schema >= 6 ? 12 : 10);
    for (const Base::MessageId id : *rows) {
        const auto details = query.details(id);
        QVERIFY(details.ok());
        QCOMPARE(details->message.subject, u"Minutes of meeting %1"_s.arg(id.value));
        QCOMPARE(details->recipients.size(), 2);
        QCOMPARE(details->recipients.at(1).field, Message::Field::Bcc);
        QCOMPARE(details->attempts.size(), 1);
        QCOMPARE(query.transcript(id)->lines(), conversation().lines());
        QCOMPARE(*query.source(id, 100'000), source);
        QVERIFY(query.envelope(id)->notify.failure);
    }
    QCOMPARE(query.details(Base::MessageId{6})->copy.has_value(), schema >= 7);
    QCOMPARE(query.details(Base::MessageId{7})->message.reason.reply.code(), 550);
    QCOMPARE(query.counts()->value(MessageState::Sent), 1);
    if (schema >= 6)
        QCOMPARE(query.planOf(Base::MessageId{12})->zone, "Europe/Berlin");

    // Two were under way: one of them nobody has, of the other nobody knows.
    QCOMPARE(Store::Decisions(database).recover(now)->size(), 2);
    QCOMPARE(query.details(Base::MessageId{2})->message.state, MessageState::Queued);
    QCOMPARE(query.details(Base::MessageId{3})->message.state, MessageState::Uncertain);

    Store::MessageStore messages(database);
    const auto due = messages.due(now, 10);
    QCOMPARE(due->size(), 3); // the queued one, the deferred one, and the one that was under way
    const auto assignment = messages.beginAttempt(due->first().id, now);
    QVERIFY(assignment.ok());
    QCOMPARE(Message::sizeOf(assignment->content), source.size());
}

QTEST_GUILESS_MAIN(TestOlderBooks)
#include "tst_olderbooks.moc"
