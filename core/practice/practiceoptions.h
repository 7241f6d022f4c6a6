#pragma once

// The limits and manners of the practice server. The defaults are those of a common real server; tests make
// them small.

#include <QtGlobal>

namespace Practice {

struct PracticeOptions
{
    qint64 sizeLimit = 64LL * 1024 * 1024;      ///< octets of a message, told in SIZE (RFC 1870)
    int recipientLimit = 1000;                  ///< a transaction; RFC 5321 §4.5.3.1.8 wants at least 100
    int connectionLimit = 50;                   ///< at a time
    int faultLimit = 20;                        ///< commands refused as faulty before the connection is ended
    int idleMs = 300'000;                       ///< RFC 5321 §4.5.3.2.7: at least five minutes
    int slowReplyMs = 2'000;                    ///< in Scenario::Slow
    bool signInInTheClear = false;              ///< offer AUTH without TLS
    bool tlsFromTheStart = false;               ///< as on port 465 (RFC 8314 §3.3) instead of STARTTLS
    int keptMessages = 500;                     ///< the oldest is given up for the newest
    qint64 keptOctets = 256LL * 1024 * 1024;    ///< of all kept contents together
    qint64 keptOctetsEach = 64LL * 1024 * 1024; ///< the rest of a longer content is counted but not kept
};

} // namespace Practice
