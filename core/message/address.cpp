#include "core/message/address.h"

#include "core/base/deceptive.h"
#include "core/message/addresslist.h"

#include <QUrl>

#include <algorithm>

namespace Message {

namespace {

constexpr qsizetype longestLocalPart = 64; // RFC 5321 §4.5.3.1.1
constexpr qsizetype longestDomain = 255;   // RFC 5321 §4.5.3.1.2
constexpr qsizetype longestLabel = 63;     // RFC 1035 §2.3.4
constexpr qsizetype longestPath = 254;     // RFC 5321 §4.5.3.1.3, without the angle brackets

Base::Error bad(const QString &text, const QString &why)
{
    return {Base::ErrorKind::BadAddress, text, why};
}

// C0, DEL, C1, line and paragraph separators, and the overrides by which one address is made to look like
// another.
bool isForbidden(char32_t c)
{
    return c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0x2028 || c == 0x2029 ||
           (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069);
}

bool hasForbidden(const QString &text)
{
    if (!text.isValidUtf16()) // half a character would go out as "?", which is somebody else's mailbox
        return true;
    const auto points = text.toUcs4();
    return std::any_of(points.begin(), points.end(), isForbidden);
}

bool isAtext(QChar c)
{
    if (c.unicode() >= 0x80)
        return true;
    return c.isLetterOrNumber() || QStringLiteral("!#$%&'*+-/=?^_`{|}~").contains(c);
}

bool isDotAtom(const QString &text)
{
    if (text.isEmpty() || text.startsWith(QLatin1Char('.')) || text.endsWith(QLatin1Char('.')) ||
        text.contains(QStringLiteral("..")))
        return false;
    return std::all_of(text.begin(), text.end(), [](QChar c) { return c == QLatin1Char('.') || isAtext(c); });
}

QString quoted(const QString &text)
{
    QString out = QStringLiteral("\"");
    for (const QChar c : text) {
        if (c == QLatin1Char('"') || c == QLatin1Char('\\'))
            out += QLatin1Char('\\');
        out += c;
    }
    return out + QLatin1Char('"');
}

QByteArray wireDomain(const QString &domain)
{
    return domain.startsWith(QLatin1Char('[')) ? domain.toLatin1() : QUrl::toAce(domain);
}

/// Empty when the domain can be used, else what is wrong with it.
QString domainProblem(const QString &domain)
{
    if (domain.isEmpty())
        return QStringLiteral("there is nothing behind the @");
    if (domain.startsWith(QLatin1Char('['))) {
        if (!domain.endsWith(QLatin1Char(']')) || domain.size() < 3)
            return QStringLiteral("an address literal ends with ]");
        const QString inner = domain.mid(1, domain.size() - 2);
        const bool plain = std::all_of(inner.begin(), inner.end(), [](QChar c) {
            // Stricter than RFC 5321 §4.1.3: a ">" in it would end the path for a careless server.
            return c.unicode() < 0x80 && (c.isLetterOrNumber() || QStringLiteral(".:-").contains(c));
        });
        return plain ? QString() : QStringLiteral("an address literal holds only an IP address");
    }
    const QByteArray ace = QUrl::toAce(domain);
    if (ace.isEmpty())
        return QStringLiteral("\"%1\" is not a domain name").arg(domain);
    if (ace.size() > longestDomain)
        return QStringLiteral("the domain is longer than 255 characters");
    const QList<QByteArray> labels = ace.split('.');
    for (const QByteArray &label : labels) {
        const bool good = !label.isEmpty() && label.size() <= longestLabel && !label.startsWith('-') &&
                          !label.endsWith('-') && std::all_of(label.begin(), label.end(), [](char c) {
                              return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                                     (c >= '0' && c <= '9') || c == '-' || c == '_';
                          });
        if (!good)
            return label.isEmpty() ? QStringLiteral("the domain has an empty part between its dots")
                                   : QStringLiteral("\"%1\" is not a domain name").arg(domain);
    }
    return {};
}

/// Letters, digits and single hyphens between dots: nothing for IDNA to look at.
bool isPlainDomain(QStringView domain)
{
    qsizetype label = 0; // characters of the one at hand
    char16_t before = u'.';
    for (const QChar c : domain) {
        const char16_t unit = c.unicode();
        const bool isHyphen = unit == u'-';
        const bool isWord = (unit >= u'a' && unit <= u'z') || (unit >= u'A' && unit <= u'Z') ||
                            (unit >= u'0' && unit <= u'9');
        const bool fits = isWord || (before != u'.' && before != u'-' && (isHyphen || unit == u'.'));
        if (!fits)
            return false;
        label = unit == u'.' ? 0 : label + 1;
        if (label > longestLabel)
            return false;
        before = unit;
    }
    return label > 0 && before != u'-';
}

/// Characters that need no quotes and no SMTPUTF8, single dots between them.
bool isPlainLocalPart(QStringView local)
{
    char16_t before = u'.';
    for (const QChar c : local) {
        const bool isDot = c == QLatin1Char('.');
        if (isDot ? before == u'.' : (c.unicode() >= 0x80 || !isAtext(c)))
            return false;
        before = c.unicode();
    }
    return !local.isEmpty() && local.size() <= longestLocalPart && before != u'.';
}

} // namespace

Base::Result<Address> Address::fromParts(const QString &displayName, const QString &localPart,
                                         const QString &domain)
{
    const QString shown = localPart + QLatin1Char('@') + domain;
    if (localPart.isEmpty())
        return bad(shown, QStringLiteral("there is nothing in front of the @"));
    if (hasForbidden(displayName) || hasForbidden(localPart) || hasForbidden(domain))
        return bad(shown, QStringLiteral("it holds a control character"));
    // A name may be written with marks of direction (Hebrew ones are), a mailbox is not.
    if (Base::holdsDeceptive(localPart))
        return bad(shown, QStringLiteral("there is an invisible character in front of the @"));
    if (const QString problem = domainProblem(domain); !problem.isEmpty())
        return bad(shown, problem);
    if (localPart.toUtf8().size() > longestLocalPart)
        return bad(shown, QStringLiteral("the part in front of the @ is longer than 64 characters"));
    Address address;
    address.m_displayName = displayName.simplified();
    address.m_localPart = localPart;
    address.m_domain = domain;
    if (address.wire().size() > longestPath)
        return bad(shown, QStringLiteral("it is longer than 254 octets"));
    return address;
}

/// What most are, without the grammar of RFC 5322: every letter brings two from the books.
bool Address::setPlain(const QString &text)
{
    const qsizetype at = text.indexOf(QLatin1Char('@'));
    if (at < 0 || text.size() > longestPath || !isPlainLocalPart(QStringView(text).first(at)) ||
        !isPlainDomain(QStringView(text).sliced(at + 1)))
        return false;
    m_localPart = text.left(at);
    m_domain = text.mid(at + 1);
    return true;
}

Base::Result<Address> Address::parse(const QString &text)
{
    if (Address plain; plain.setPlain(text))
        return plain;
    const AddressList list = AddressList::parse(text);
    if (!list.problems().isEmpty())
        return bad(list.problems().first().text, list.problems().first().why);
    if (list.addresses().isEmpty())
        return bad(text, QStringLiteral("there is no address in it"));
    if (list.addresses().size() > 1)
        return bad(text, QStringLiteral("there is more than one address in it"));
    return list.addresses().first();
}

QString Address::addrSpec() const
{
    return (isDotAtom(m_localPart) ? m_localPart : quoted(m_localPart)) + QLatin1Char('@') + m_domain;
}

QString Address::toString() const
{
    if (m_displayName.isEmpty())
        return addrSpec();
    const bool plain = std::all_of(m_displayName.begin(), m_displayName.end(),
                                   [](QChar c) { return c == QLatin1Char(' ') || isAtext(c); });
    return (plain ? m_displayName : quoted(m_displayName)) + QStringLiteral(" <") + addrSpec() +
           QLatin1Char('>');
}

QByteArray Address::wire() const
{
    return (isDotAtom(m_localPart) ? m_localPart : quoted(m_localPart)).toUtf8() + '@' + wireDomain(m_domain);
}

bool Address::needsSmtpUtf8() const
{
    return std::any_of(m_localPart.begin(), m_localPart.end(), [](QChar c) { return c.unicode() >= 0x80; });
}

bool Address::sameMailbox(const Address &other) const
{
    return m_localPart == other.m_localPart &&
           wireDomain(m_domain).toLower() == wireDomain(other.m_domain).toLower();
}

} // namespace Message
