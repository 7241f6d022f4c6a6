#pragma once

// SASLprep (RFC 4013): user names and passwords in the one form in which both sides of a sign-in compare
// them, so that "é" typed as one character or as two, or a blank of another script, is the same password.

#include "core/base/result.h"

#include <QByteArray>

namespace Smtp {

/// RFC 3454 §7: what is kept may hold no character that Unicode 3.2 does not know, what only asks may.
enum class Preparation { Query, Stored };

/// UTF-8 in, UTF-8 out. BadAccount with `field` as its subject ("user", "password") when the text holds what
/// SASLprep prohibits, or is no UTF-8; the detail never holds the text.
Base::Result<QByteArray> saslPrepared(const QByteArray &text, Preparation preparation, const QString &field);

} // namespace Smtp
