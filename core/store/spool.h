#pragma once

// Large parts of messages, each once, under the SHA-256 of its octets: written beside, fsynced and renamed
// before the row that needs it. Files are never changed; what no message needs any more is collected. put()
// and open() may be called from any thread.

#include "core/message/contentstore.h"

namespace Store {

class Spool : public Message::ContentStore
{
public:
    explicit Spool(QString folder);

    Base::Result<Message::SpoolRef> put(QIODevice &source) override;
    Base::Result<std::unique_ptr<QIODevice>> open(const Message::SpoolRef &ref) const override;

    /// Removes files that are in nobody's list and older than the grace time in seconds (a file is written
    /// before its row is).
    int collect(const QSet<QByteArray> &used, qint64 graceSeconds) const;

private:
    QString pathOf(const QByteArray &sha256) const;

    QString m_folder;
};

} // namespace Store
