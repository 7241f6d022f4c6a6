#pragma once

// Plays one dialogue with a real session in one cut and judges it: every line of the file, and what holds for
// every conversation whatever the file says (laws 3, 4, 5, 7 and 9).

#include "core/delivery/outcome.h"
#include "tests/support/dialogue.h"

namespace Support {

struct Played
{
    QString failure; ///< "file:line (by byte): …"; empty when all is as it must be
    Delivery::Outcome outcome;
    QStringList transcript; ///< of the last letter, without times

    QStringList said() const; ///< the transcript without our own notes
};

Played play(const Dialogue &dialogue, Cut cut);

} // namespace Support
