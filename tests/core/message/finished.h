#pragma once

// A message somebody else finished, taken through Message::finish(), and what would go out of it.

#include "core/message/contentreader.h"
#include "core/message/finishedmessage.h"
#include "tests/support/memorystore.h"

#include <QBuffer>
#include <QTest>

inline const QByteArray head = "From: Ada <ada@example.org>\r\nTo: bob@example.org\r\nSubject: Hello\r\n"
                               "Date: Sat, 21 Nov 2026 18:00:00 +0100\r\nMessage-ID: <1@example.org>\r\n";

inline Message::BuildContext fixedContext()
{
    const QDateTime now(QDate(2026, 11, 21), QTime(18, 0), Qt::OffsetFromUTC, 3600);
    return {now, [count = 0]() mutable { return "token" + QByteArray::number(++count); }};
}

struct Finished
{
    Base::Result<Message::OutgoingMessage> message;
    QByteArray bytes;
};

inline Finished finished(const QByteArray &eml, const Message::EnvelopeWish &wish = {})
{
    QBuffer source;
    source.setData(eml);
    source.open(QIODevice::ReadOnly);
    Support::MemoryStore store;
    Finished out{Message::finish(source, wish, fixedContext(), store), {}};
    if (!out.message)
        return out;
    Message::ContentReader reader(out.message->content, store);
    for (;;) {
        const Base::Result<QByteArray> chunk = reader.read();
        if (!chunk || chunk->isEmpty())
            return out;
        out.bytes += *chunk;
    }
}
