#pragma once

// Where in a delivery something happened. One table: name and how long an answer is waited for.

#include <QList>
#include <QString>

namespace Delivery {

enum class Stage {
    Connect, ///< looking up the name and connecting
    Tls,     ///< STARTTLS and the handshake
    Greeting,
    Hello,
    Auth,
    Mail,
    Rcpt,
    Data,    ///< DATA until its 354, and the content block by block
    Content, ///< behind the final dot
    Quit,
};

/// "connect", "tls", "greeting", "hello", "auth", "mail", "rcpt", "data", "content": the words of the command
/// line.
QString name(Stage stage);
Stage stageFromName(const QString &name); ///< Connect when unknown
QList<Stage> allStages();

/// Milliseconds to wait for an answer at that stage (RFC 5321 §4.5.3.2; connecting and TLS: our own choice).
qint64 timeoutOf(Stage stage);
/// Milliseconds in which the server must take at least some octets of the content (RFC 5321 §4.5.3.2.5).
inline constexpr qint64 blockTimeout = 180'000;

} // namespace Delivery
