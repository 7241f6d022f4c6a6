#include "core/practice/mailcommand.h"

#include <algorithm>
#include <limits>

namespace Practice {

namespace {

constexpr qsizetype longestLocalPart = 64; // RFC 5321 §4.5.3.1
constexpr qsizetype longestDomain = 255;
constexpr qsizetype longestEnvid = 100; // RFC 3461 §4.4
constexpr qsizetype longestOrcpt = 500;

bool isAlnum(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

bool isAtext(char c)
{
    return isAlnum(c) || (c != '\0' && QByteArrayView("!#$%&'*+-/=?^_`{|}~").contains(c));
}

bool isGraphic(char c)
{
    return c > 0x20 && c < 0x7f;
}

bool isXtext(
    const QByteArray &text) // RFC 3461 §4: printable but "+" and "=", or "+" and two upper-case digits
{
    const auto isHex = [](char c) { return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'F'); };
    for (qsizetype i = 0; i < text.size(); ++i) {
        if (!isGraphic(text[i]) || text[i] == '=')
            return false;
        if (text[i] != '+')
            continue;
        if (i + 2 >= text.size() || !isHex(text[i + 1]) || !isHex(text[i + 2]))
            return false;
        i += 2;
    }
    return !text.isEmpty();
}

bool isNotify(const QByteArray &value) // RFC 3461 §4.1
{
    if (value.toUpper() == "NEVER")
        return true;
    QList<QByteArray> seen;
    for (const QByteArray &each : value.toUpper().split(',')) {
        if ((each != "SUCCESS" && each != "FAILURE" && each != "DELAY") || seen.contains(each))
            return false;
        seen.append(each);
    }
    return true;
}

bool isOrcpt(const QByteArray &value) // RFC 3461 §4.2: address type, semicolon, xtext
{
    const qsizetype semicolon = value.indexOf(';');
    if (semicolon < 1 || value.size() > longestOrcpt)
        return false;
    return std::all_of(value.begin(), value.begin() + semicolon, isAtext) &&
           isXtext(value.mid(semicolon + 1));
}

bool isAddressLiteral(QByteArrayView text) // the shape only: what is inside is never connected to
{
    return text.size() > 2 && std::all_of(text.begin(), text.end(), [](char c) {
               return isAlnum(c) || c == '.' || c == ':' || c == '-';
           });
}

MailCommand::Refusal badParameter(const QByteArray &keyword)
{
    return "501 5.5.4 " + keyword.left(32) + " has a value that is not allowed";
}

} // namespace

std::variant<MailCommand::Parsed, MailCommand::Refusal>
MailCommand::parse(Kind kind, QByteArrayView arguments, bool extended)
{
    const bool isAscii =
        std::all_of(arguments.begin(), arguments.end(), [](char c) { return c >= 0x20 && c < 0x7f; });
    if (!isAscii)
        return Refusal("553 5.6.7 an address may hold ASCII only: SMTPUTF8 is not offered here");
    MailCommand command(kind, arguments);
    if (!command.takeKeyword())
        return Refusal(kind == Kind::Mail ? "501 5.5.4 write MAIL FROM:<address>"
                                          : "501 5.5.4 write RCPT TO:<address>");
    if (!command.takePath())
        return Refusal(kind == Kind::Mail ? "501 5.1.7 that is not an address"
                                          : "501 5.1.3 that is not an address");
    if (const Refusal refusal = command.takeParameters(extended); !refusal.isEmpty())
        return refusal;
    return command.m_parsed;
}

bool MailCommand::takeKeyword()
{
    const QByteArrayView keyword = m_kind == Kind::Mail ? "FROM:" : "TO:";
    if (m_rest.size() < keyword.size() ||
        m_rest.first(keyword.size()).compare(keyword, Qt::CaseInsensitive) != 0)
        return false;
    m_rest = m_rest.sliced(keyword.size());
    return true;
}

bool MailCommand::takePath()
{
    if (!m_rest.startsWith('<'))
        return false;
    m_rest = m_rest.sliced(1);
    if (m_rest.startsWith('>')) {
        m_rest = m_rest.sliced(1);
        return m_kind == Kind::Mail; // the null reverse-path; there is no null forward-path
    }
    if (m_rest.startsWith('@')) { // a source route is accepted and ignored (RFC 5321 appendix C)
        const qsizetype colon = m_rest.indexOf(':');
        const qsizetype end = m_rest.indexOf('>');
        if (colon < 0 || end < colon)
            return false;
        m_rest = m_rest.sliced(colon + 1);
    }
    const QByteArrayView begin = m_rest;
    if (!takeLocalPart())
        return false;
    if (m_rest.startsWith('@')) {
        m_rest = m_rest.sliced(1);
        if (!takeDomain())
            return false;
    } else if (m_kind != Kind::Rcpt ||
               begin.first(begin.size() - m_rest.size()).compare("postmaster", Qt::CaseInsensitive) != 0) {
        return false; // only Postmaster needs no domain (RFC 5321 §4.5.1)
    }
    m_parsed.path = begin.first(begin.size() - m_rest.size()).toByteArray();
    if (!m_rest.startsWith('>'))
        return false;
    m_rest = m_rest.sliced(1);
    return m_rest.isEmpty() || m_rest.startsWith(' ');
}

bool MailCommand::takeLocalPart()
{
    qsizetype at = 0;
    if (m_rest.startsWith('"')) {
        for (at = 1; at < m_rest.size() && m_rest[at] != '"'; ++at) {
            if (m_rest[at] == '\\')
                ++at;
        }
        if (at++ >= m_rest.size())
            return false;
    } else {
        while (at < m_rest.size() && (isAtext(m_rest[at]) || m_rest[at] == '.'))
            ++at;
        const QByteArrayView dotted = m_rest.first(at);
        if (dotted.isEmpty() || dotted.startsWith('.') || dotted.endsWith('.') ||
            dotted.contains(QByteArrayView("..")))
            return false;
    }
    m_rest = m_rest.sliced(at);
    return at <= longestLocalPart;
}

bool MailCommand::takeDomain()
{
    const qsizetype end = m_rest.indexOf('>');
    if (end < 1 || end > longestDomain)
        return false;
    const QByteArrayView domain = m_rest.first(end);
    m_rest = m_rest.sliced(end);
    if (domain.startsWith('['))
        return domain.endsWith(']') && isAddressLiteral(domain.sliced(1, domain.size() - 2));
    for (const QByteArray &label : domain.toByteArray().split('.')) {
        const bool plain =
            std::all_of(label.begin(), label.end(), [](char c) { return isAlnum(c) || c == '-'; });
        if (label.isEmpty() || label.size() > 63 || !plain || label.startsWith('-') || label.endsWith('-'))
            return false;
    }
    return true;
}

MailCommand::Refusal MailCommand::takeParameters(bool extended)
{
    QList<QByteArray> seen;
    for (const QByteArray &parameter : m_rest.toByteArray().split(' ')) {
        if (parameter.isEmpty()) // one space or several: servers do not mind
            continue;
        const qsizetype equals = parameter.indexOf('=');
        const QByteArray keyword = (equals < 0 ? parameter : parameter.left(equals)).toUpper();
        const bool wellFormed =
            !keyword.isEmpty() && isAlnum(keyword.front()) &&
            std::all_of(keyword.begin(), keyword.end(), [](char c) { return isAlnum(c) || c == '-'; });
        if (!wellFormed)
            return "501 5.5.4 that is not a parameter";
        if (!extended)
            return "555 5.5.4 parameters need EHLO";
        if (seen.contains(keyword))
            return "501 5.5.4 " + keyword.left(32) + " is there twice";
        seen.append(keyword);
        const QByteArray value = equals < 0 ? QByteArray() : parameter.mid(equals + 1);
        if (Refusal refusal = checkParameter(keyword, value); !refusal.isEmpty())
            return refusal;
        m_parsed.parameters.append(parameter);
    }
    return {};
}

MailCommand::Refusal MailCommand::checkParameter(const QByteArray &keyword, const QByteArray &value)
{
    return m_kind == Kind::Mail ? checkMailParameter(keyword, value) : checkRcptParameter(keyword, value);
}

MailCommand::Refusal MailCommand::checkMailParameter(const QByteArray &keyword, const QByteArray &value)
{
    if (keyword == "SIZE") {
        const bool digits =
            !value.isEmpty() && value.size() <= 20 &&
            std::all_of(value.begin(), value.end(), [](char c) { return c >= '0' && c <= '9'; });
        if (!digits)
            return badParameter(keyword);
        bool fits = false;
        m_parsed.size = value.toLongLong(&fits);
        if (!fits)
            m_parsed.size =
                std::numeric_limits<qint64>::max(); // 20 digits are legal, and too big for any limit
        return {};
    }
    const QByteArray upper = value.toUpper();
    if (keyword == "BODY")
        return upper == "7BIT" || upper == "8BITMIME" ? Refusal() : badParameter(keyword);
    if (keyword == "RET")
        return upper == "FULL" || upper == "HDRS" ? Refusal() : badParameter(keyword);
    if (keyword == "ENVID")
        return value.size() <= longestEnvid && isXtext(value) ? Refusal() : badParameter(keyword);
    if (keyword == "AUTH")
        return value == "<>" || isXtext(value) ? Refusal() : badParameter(keyword);
    return "555 5.5.4 MAIL knows no parameter " + keyword.left(32);
}

MailCommand::Refusal MailCommand::checkRcptParameter(const QByteArray &keyword, const QByteArray &value)
{
    if (keyword == "NOTIFY")
        return isNotify(value) ? Refusal() : badParameter(keyword);
    if (keyword == "ORCPT")
        return isOrcpt(value) ? Refusal() : badParameter(keyword);
    return "555 5.5.4 RCPT knows no parameter " + keyword.left(32);
}

} // namespace Practice
