#pragma once

// Takes secrets out of what a server says (law 7): some echo what they were given. Knows each secret raw and
// in the encodings in which it travels: base64 at every alignment, hexadecimal, percent-encoded.

#include <QByteArray>
#include <QList>

namespace Smtp {

class Redactor
{
public:
    void addSecret(const QByteArray &secret);
    /// The text with every known form of a secret replaced by "****".
    QByteArray redact(QByteArray text) const;

private:
    void addNeedle(const QByteArray &needle);

    QList<QByteArray> m_needles; ///< longest first
};

} // namespace Smtp
