#pragma once

// Writes down who said what when in one attempt, and tells each line as it is written. Commands come in their
// public form and replies have passed the redactor, so what is written here may be shown to anyone (law 7).

#include "core/base/clock.h"
#include "core/delivery/serverreply.h"
#include "core/delivery/transcript.h"
#include "core/net/tlsfacts.h"

#include <functional>

namespace Smtp {

class Logbook
{
public:
    using Told = std::function<void(const Delivery::TranscriptLine &)>;

    Logbook(const Base::Clock &clock, Told told)
        : m_clock(clock)
        , m_told(std::move(told))
    {
    }

    /// A new attempt: an empty page.
    void begin();
    void client(const QString &shown) { write(Delivery::Speaker::Client, shown); }
    void server(const Delivery::ServerReply &reply);
    void note(const QString &text);
    void note(const Net::TlsFacts &facts);

    const Delivery::Transcript &transcript() const { return m_transcript; }

private:
    void write(Delivery::Speaker speaker, const QString &text);

    const Base::Clock &m_clock;
    Told m_told;
    Delivery::Transcript m_transcript;
    qint64 m_began = 0;
};

} // namespace Smtp
