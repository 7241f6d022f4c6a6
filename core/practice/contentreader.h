#pragma once

// Reads what follows 354: undoes dot-stuffing and finds the end, which is CRLF.CRLF and nothing else; a
// reader that also stops at LF.LF lets a second message be smuggled in the first (CVE-2023-51764 and its
// like). Takes whatever comes in constant memory beyond the octets it was asked to keep; what is wrong with
// it is told at the end.

#include <QByteArray>
#include <QByteArrayView>

namespace Practice {

class ContentReader
{
public:
    enum class Fault {
        None,
        BareCr,
        BareLf,
        Nul,
        LongLine, ///< over 1,000 octets with its CRLF (RFC 5321 §4.5.3.1.6)
    };

    explicit ContentReader(qint64 keep);

    /// Octets of the input used; fewer than given only when the end came.
    qsizetype feed(QByteArrayView bytes);
    bool isAtEnd() const { return m_state == State::End; }

    /// The first keep octets, as before dot-stuffing.
    QByteArray takeContent() { return std::move(m_content); }
    qint64 size() const { return m_size; }
    Fault fault() const { return m_fault; } ///< the first one met

private:
    enum class State { LineStart, Text, Cr, Dot, DotCr, End };

    void step(char c);
    void text(char c);
    void put(char c);
    void note(Fault fault);

    const qint64 m_keep;
    QByteArray m_content;
    qint64 m_size = 0;
    qint64 m_lineLength = 0;
    State m_state = State::LineStart;
    Fault m_fault = Fault::None;
};

} // namespace Practice
