#pragma once

// Reads MAIL FROM and RCPT TO: the path by the grammar of RFC 5321 §4.1.2 and the parameters of SIZE (RFC
// 1870), 8BITMIME (RFC 6152), DSN (RFC 3461) and AUTH (RFC 4954 §5), each checked, none twice. What is wrong
// comes back as the reply to give. It leaves limits and order to the conversation.

#include <QByteArray>
#include <QByteArrayView>
#include <QList>

#include <variant>

namespace Practice {

class MailCommand
{
public:
    enum class Kind { Mail, Rcpt };

    struct Parsed
    {
        QByteArray path;              ///< without angle brackets and source route
        QList<QByteArray> parameters; ///< as sent
        qint64 size = 0;              ///< of SIZE=; 0: not told
    };
    using Refusal = QByteArray; ///< the reply, without CRLF

    /// `arguments` is what stands behind "MAIL" or "RCPT" and the space. Without `extended` (after HELO) no
    /// parameter is known.
    static std::variant<Parsed, Refusal> parse(Kind kind, QByteArrayView arguments, bool extended);

private:
    MailCommand(Kind kind, QByteArrayView rest)
        : m_kind(kind)
        , m_rest(rest)
    {
    }

    bool takeKeyword();
    bool takePath();
    bool takeLocalPart();
    bool takeDomain();
    Refusal takeParameters(bool extended);
    Refusal checkParameter(const QByteArray &keyword, const QByteArray &value);
    Refusal checkMailParameter(const QByteArray &keyword, const QByteArray &value);
    Refusal checkRcptParameter(const QByteArray &keyword, const QByteArray &value);

    const Kind m_kind;
    QByteArrayView m_rest;
    Parsed m_parsed;
};

} // namespace Practice
