#include "core/practice/contentreader.h"

namespace Practice {

namespace {

constexpr qint64 longestLine = 1000; // RFC 5321 §4.5.3.1.6, with CRLF, without the dot added for transparency

} // namespace

ContentReader::ContentReader(qint64 keep)
    : m_keep(keep)
{
}

qsizetype ContentReader::feed(QByteArrayView bytes)
{
    qsizetype used = 0;
    while (used < bytes.size() && !isAtEnd())
        step(bytes[used++]);
    return used;
}

void ContentReader::step(char c)
{
    switch (m_state) {
    case State::LineStart:
        if (c == '.')
            m_state = State::Dot;
        else
            text(c);
        return;
    case State::Text:
        return text(c);
    case State::Cr:
        if (c == '\n') {
            put('\r');
            put('\n');
            m_lineLength = 0;
            m_state = State::LineStart;
            return;
        }
        note(Fault::BareCr);
        put('\r');
        return text(c);
    case State::Dot: // a leading dot goes, whatever follows it (RFC 5321 §4.5.2)
        if (c == '\r')
            m_state = State::DotCr;
        else
            text(c);
        return;
    case State::DotCr:
        if (c == '\n') {
            m_state = State::End;
            return;
        }
        note(Fault::BareCr);
        put('\r');
        return text(c);
    case State::End:
        return;
    }
}

void ContentReader::text(char c)
{
    if (c == '\r') {
        m_state = State::Cr;
        return;
    }
    m_state = State::Text; // also behind a bare LF: it begins no line
    if (c == '\n')
        note(Fault::BareLf);
    else if (c == '\0')
        note(Fault::Nul);
    put(c);
}

void ContentReader::put(char c)
{
    ++m_size;
    if (m_content.size() < m_keep)
        m_content.append(c);
    if (++m_lineLength > longestLine)
        note(Fault::LongLine);
}

void ContentReader::note(Fault fault)
{
    if (m_fault == Fault::None)
        m_fault = fault;
}

} // namespace Practice
