#pragma once

// How a transcript lies in the books. The first octet names the form: plain lines where they are few, which
// is quickly written and no larger than what zlib makes of them, the same under zlib where they are many.
// Older books hold a third form, JSON under zlib, which begins with a zero.

#include "core/delivery/transcript.h"

#include <QByteArray>

namespace Store {

QByteArray packed(const Delivery::Transcript &transcript);
/// What cannot be read is left out: a transcript is for people, and no reason to fail.
Delivery::Transcript transcriptFrom(const QByteArray &stored);

constexpr qsizetype longestPlain = 1024; ///< octets of lines that are kept without zlib

} // namespace Store
