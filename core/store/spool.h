#pragma once

// Large parts of messages, each once, under the SHA-256 of its octets: written beside, fsynced and renamed
// before the row that needs it. Files are never changed; what no message needs any more is collected. put()
// and open() may be called from any thread.
//
// A file that was put a moment ago is known again without being read, so that a thousand letters with one
// attachment read it once: by device, inode, size and the times of its last change, as they were before it
// was read and after. The time at which an inode changed cannot be set by anybody; one that lies too close to
// the moment of reading is not trusted, since the next change could bear the same.

#include "core/message/contentstore.h"

#include <memory>

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

    static constexpr qsizetype mostKnown = 64; ///< files that are known again

private:
    struct Known; ///< files put lately, shared by copies of this

    Base::Result<Message::SpoolRef> keep(QIODevice &source);
    bool refresh(const Message::SpoolRef &ref) const;
    QString pathOf(const QByteArray &sha256) const;

    QString m_folder;
    std::shared_ptr<Known> m_known;
};

} // namespace Store
