#pragma once

// Reads a content piece by piece, encoding on the way: never more than a chunk of it is in memory.

#include "core/message/contentstore.h"

namespace Message {

class ContentReader
{
public:
    ContentReader(Content content, const ContentStore &store);
    ~ContentReader();

    /// The next octets, at most about 80 KB; empty at the end. FileMissing, FileChanged or FileUnreadable
    /// when the spool no longer holds what was put there.
    Base::Result<QByteArray> read();
    /// From the beginning again.
    void rewind();
    qint64 size() const { return m_size; }

private:
    Base::Result<QByteArray> readSpooled(const Piece &piece);

    Content m_content;
    const ContentStore &m_store;
    qint64 m_size;
    qsizetype m_piece = 0;
    qint64 m_offset = 0;
    std::unique_ptr<QIODevice> m_open;
};

} // namespace Message
