#pragma once

// A message as files keep it: lines end in LF, and in an mbox nothing in it looks like the beginning of the
// next one. Streaming: it holds back no more than the beginning of a line.

#include <QByteArray>

namespace Message {

class LocalText
{
public:
    enum class Quoting {
        None,
        From, ///< mboxrd: a line of any number of ">" and "From " gets one ">" more, so that it can be undone
    };

    explicit LocalText(Quoting quoting = Quoting::None)
        : m_quoting(quoting)
    {
    }

    QByteArray take(const QByteArray &octets);
    /// What was held back, and the end of the last line if it has none.
    QByteArray end();

private:
    void begin(char octet, QByteArray &out);
    void put(char octet, QByteArray &out);

    Quoting m_quoting;
    QByteArray m_held; ///< the beginning of a line that may be one to quote
    bool m_atBeginning = true;
    bool m_hadCr = false;
};

} // namespace Message
