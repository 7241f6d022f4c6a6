#include "core/message/contentreader.h"

#include <QIODevice>

namespace Message {

namespace {
constexpr qint64 literalChunk = 64 << 10;
}

ContentReader::ContentReader(Content content, const ContentStore &store)
    : m_content(std::move(content))
    , m_store(store)
    , m_size(sizeOf(m_content))
{
}

ContentReader::~ContentReader() = default;

void ContentReader::rewind()
{
    m_open.reset();
    m_piece = 0;
    m_offset = 0;
}

Base::Result<QByteArray> ContentReader::read()
{
    while (m_piece < m_content.size()) {
        const Piece &piece = m_content.at(m_piece);
        const qint64 total = piece.spooled.isNull() ? piece.bytes.size() : piece.spooled.size;
        if (m_offset >= total) {
            m_open.reset();
            m_offset = 0;
            ++m_piece;
            continue;
        }
        if (!piece.spooled.isNull())
            return readSpooled(piece);
        const QByteArray chunk =
            piece.bytes.mid(static_cast<qsizetype>(m_offset), static_cast<qsizetype>(literalChunk));
        m_offset += chunk.size();
        return chunk;
    }
    return QByteArray();
}

Base::Result<QByteArray> ContentReader::readSpooled(const Piece &piece)
{
    if (!m_open) {
        Base::Result<std::unique_ptr<QIODevice>> opened = m_store.open(piece.spooled);
        if (!opened)
            return opened.error();
        m_open = std::move(*opened);
    }
    const qint64 want = std::min(base64Chunk, piece.spooled.size - m_offset);
    const QByteArray octets = m_open->read(want);
    if (octets.size() != want) {
        return Base::Error{Base::ErrorKind::FileUnreadable, QString::fromLatin1(piece.spooled.sha256),
                           m_open->errorString()};
    }
    m_offset += want;
    return piece.base64 ? encodeBase64Lines(octets) : octets;
}

} // namespace Message
