#pragma once

// A content store in memory, under the same promises as the spool: each content once, under its SHA-256.

#include "core/message/contentstore.h"

#include <QBuffer>
#include <QCryptographicHash>
#include <QHash>

namespace Support {

class MemoryStore : public Message::ContentStore
{
public:
    Base::Result<Message::SpoolRef> put(QIODevice &source) override
    {
        QByteArray all;
        for (;;) {
            const QByteArray chunk = source.read(16 << 10);
            if (chunk.isEmpty())
                break;
            all += chunk;
        }
        const QByteArray sha256 = QCryptographicHash::hash(all, QCryptographicHash::Sha256).toHex();
        kept.insert(sha256, all);
        return Message::SpoolRef{sha256, all.size()};
    }

    Base::Result<std::unique_ptr<QIODevice>> open(const Message::SpoolRef &ref) const override
    {
        if (!kept.contains(ref.sha256))
            return Base::Error{Base::ErrorKind::FileMissing, QString::fromLatin1(ref.sha256), {}};
        auto buffer = std::make_unique<QBuffer>();
        buffer->setData(kept.value(ref.sha256));
        buffer->open(QIODevice::ReadOnly);
        return std::unique_ptr<QIODevice>(std::move(buffer));
    }

    QHash<QByteArray, QByteArray> kept;
};

} // namespace Support
