#pragma once

// Books with an account, and messages in them: for the tests of what becomes of a message.

#include "core/store/messagestore.h"
#include "tests/support/books.h"

inline const QDateTime noon = QDateTime::fromMSecsSinceEpoch(1'795'262'400'000).toUTC();
inline const QStringList three{QStringLiteral("one@example.org"), QStringLiteral("two@example.org"),
                               QStringLiteral("three@example.org")};

class MessageStoreTest : public QObject
{
protected:
    void begin()
    {
        m_store.reset();
        m_books = std::make_unique<Support::Books>();
        QVERIFY(m_books->opened.ok());
        m_store = std::make_unique<Store::MessageStore>(m_books->database);
        m_account = m_books->addAccount();
        QVERIFY(m_account.id.isValid());
    }
    Store::Assignment beginAttempt(Base::MessageId id) const
    {
        const Base::Result<Store::Assignment> assignment = m_store->beginAttempt(id, noon);
        return assignment ? *assignment : Store::Assignment();
    }

    std::unique_ptr<Support::Books> m_books;
    std::unique_ptr<Store::MessageStore> m_store;
    Accounts::Account m_account;
};
