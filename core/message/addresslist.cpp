#include "core/message/addresslist.h"

#include "core/base/deceptive.h"
#include "core/message/encodedword.h"

namespace Message {

namespace {

// Walks one list and remembers the pieces of the mailbox at hand. Separators inside quotes, comments, angle
// brackets and literals do not separate.
class Parser
{
public:
    Parser(const QString &text, QList<Address> &addresses, QList<AddressList::Problem> &problems)
        : m_text(text)
        , m_addresses(addresses)
        , m_problems(problems)
    {
    }

    void run()
    {
        while (m_at < m_text.size())
            step();
        finish();
    }

private:
    void step()
    {
        const QChar c = m_text.at(m_at);
        if (c == QLatin1Char('"'))
            return quotedString();
        if (c == QLatin1Char('('))
            return comment();
        if (c == QLatin1Char('<'))
            return angle();
        if (c == QLatin1Char('['))
            return literal();
        if (c == QLatin1Char(',') || c == QLatin1Char(';') || c == QLatin1Char('\n') ||
            c == QLatin1Char('\r')) {
            finish();
            m_start = ++m_at;
            return;
        }
        if (c == QLatin1Char(':') && !m_hasAngle && !m_phrase.contains(QLatin1Char('@')) &&
            !m_phrase.trimmed().isEmpty()) {
            // "undisclosed-recipients:;" and "club: a@b, c@d;": a group's name is not part of its first
            // member.
            ++m_at;
            m_start = m_at;
            m_phrase.clear();
            m_inGroup = true;
            return;
        }
        m_phrase += c;
        ++m_at;
    }

    void quotedString()
    {
        QString inner;
        qsizetype at = m_at + 1;
        for (; at < m_text.size() && m_text.at(at) != QLatin1Char('"'); ++at) {
            if (m_text.at(at) == QLatin1Char('\\') && at + 1 < m_text.size())
                ++at;
            inner += m_text.at(at);
        }
        if (at >= m_text.size()) {
            m_trouble = QStringLiteral("a quotation mark is not closed");
            m_at = m_text.size();
            return;
        }
        m_at = at + 1;
        if (m_at < m_text.size() && m_text.at(m_at) == QLatin1Char('@')) {
            m_quotedLocal = inner;
            m_phrase += QChar(markLocal);
            return;
        }
        m_phrase += inner;
        m_wasQuoted = true;
    }

    void comment()
    {
        int depth = 0;
        QString inner;
        for (; m_at < m_text.size(); ++m_at) {
            const QChar c = m_text.at(m_at);
            if (c == QLatin1Char('\\') && m_at + 1 < m_text.size()) {
                inner += m_text.at(++m_at);
                continue;
            }
            if (c == QLatin1Char('(') && depth++ == 0)
                continue;
            if (c == QLatin1Char(')') && --depth == 0) {
                ++m_at;
                m_comment = inner.trimmed();
                return;
            }
            inner += c;
        }
        m_trouble = QStringLiteral("a parenthesis is not closed");
    }

    void angle()
    {
        const qsizetype end = closing(m_at + 1);
        if (end < 0) {
            m_trouble = QStringLiteral("a < is not closed");
            while (m_at < m_text.size() && m_text.at(m_at) != QLatin1Char('\n') &&
                   m_text.at(m_at) != QLatin1Char('\r'))
                ++m_at;
            return;
        }
        if (m_hasAngle)
            m_trouble = QStringLiteral("there are two addresses without a comma between them");
        m_angle = m_text.mid(m_at + 1, end - m_at - 1).trimmed();
        m_hasAngle = true;
        m_beforeAngle = m_phrase.size();
        m_at = end + 1;
    }

    qsizetype closing(qsizetype at) const
    {
        bool inQuotes = false;
        for (; at < m_text.size(); ++at) {
            const QChar c = m_text.at(at);
            if (c == QLatin1Char('\\') && inQuotes)
                ++at;
            else if (c == QLatin1Char('"'))
                inQuotes = !inQuotes;
            else if (c == QLatin1Char('>') && !inQuotes)
                return at;
            else if (c == QLatin1Char('\n') || c == QLatin1Char('\r'))
                return -1;
        }
        return -1;
    }

    void literal()
    {
        const qsizetype end = m_text.indexOf(QLatin1Char(']'), m_at);
        const qsizetype stop = end < 0 ? m_text.size() : end + 1;
        m_phrase += m_text.mid(m_at, stop - m_at);
        m_at = stop;
    }

    void finish()
    {
        const QString whole = m_text.mid(m_start, m_at - m_start).trimmed();
        // "<a@b> c@d": the second one must not end as the name of the first.
        if (m_hasAngle && m_trouble.isEmpty() &&
            QStringView(m_phrase).mid(m_beforeAngle).contains(QLatin1Char('@')))
            m_trouble = QStringLiteral("there are two addresses without a comma between them");
        if (m_hasAngle)
            add(m_phrase.trimmed(), bare(m_angle), whole);
        else if (!bare(m_phrase).isEmpty())
            add(m_comment, bare(m_phrase), whole);
        else if (!m_trouble.isEmpty() || m_wasQuoted || (!m_comment.isEmpty() && !m_inGroup))
            report(whole, m_trouble.isEmpty() ? QStringLiteral("there is no address in it") : m_trouble);
        m_phrase.clear();
        m_angle.clear();
        m_comment.clear();
        m_trouble.clear();
        m_quotedLocal.clear();
        m_hasAngle = m_wasQuoted = false;
        m_start = m_at;
    }

    void add(const QString &name, QString spec, const QString &whole)
    {
        QString quotedLocal = m_quotedLocal;
        if (m_hasAngle && spec.startsWith(QLatin1Char('"'))) {
            const qsizetype end = spec.lastIndexOf(QLatin1Char('"'));
            if (end > 0) {
                quotedLocal = withoutQuotedPairs(spec.mid(1, end - 1));
                spec = QChar(markLocal) + spec.mid(end + 1);
            }
        }
        if (m_hasAngle && spec.startsWith(QLatin1Char('@'))) // an obsolete route (RFC 5322 §4.4) is left out
            spec = spec.mid(spec.indexOf(QLatin1Char(':')) + 1);
        if (!m_trouble.isEmpty())
            return report(whole, m_trouble);
        const qsizetype at = spec.lastIndexOf(QLatin1Char('@'));
        if (at < 0)
            return report(whole, QStringLiteral("there is no @ in it"));
        QString local = spec.left(at);
        if (local == QString(QChar(markLocal)))
            local = quotedLocal;
        else if (const QString problem = localProblem(local); !problem.isEmpty())
            return report(whole, problem);
        const Base::Result<Address> address =
            Address::fromParts(decodeWords(QString(name).replace(QLatin1Char('\t'), QLatin1Char(' '))), local,
                               spec.mid(at + 1).trimmed());
        if (address)
            m_addresses.append(*address);
        else
            report(whole, address.error().detail);
    }

    /// Without what is not seen at both ends: address books and web pages put marks of direction and
    /// zero-width blanks there, and they come along when the address is pasted.
    static QString bare(const QString &text)
    {
        const auto isNothing = [](QChar c) {
            return c.isSpace() || (c.unicode() >= 0x80 && Base::isDeceptive(c.unicode()));
        };
        qsizetype begin = 0;
        qsizetype end = text.size();
        while (begin < end && isNothing(text.at(begin)))
            ++begin;
        while (end > begin && isNothing(text.at(end - 1)))
            --end;
        return text.mid(begin, end - begin);
    }

    /// RFC 5322 §3.2.1: a backslash stands for the character behind it.
    static QString withoutQuotedPairs(const QString &text)
    {
        QString out;
        for (qsizetype i = 0; i < text.size(); ++i) {
            if (text.at(i) == QLatin1Char('\\') && i + 1 < text.size())
                ++i;
            out += text.at(i);
        }
        return out;
    }

    static QString localProblem(const QString &local)
    {
        if (local.isEmpty())
            return QStringLiteral("there is nothing in front of the @");
        if (local.startsWith(QLatin1Char('.')) || local.endsWith(QLatin1Char('.')) ||
            local.contains(QStringLiteral("..")))
            return QStringLiteral("a dot stands where none may stand");
        for (const QChar c : local) {
            if (c.isSpace())
                return QStringLiteral("there is a blank in it");
            if (c == QLatin1Char('@'))
                return QStringLiteral("there is more than one @ in it");
            if (QStringLiteral("\"(),:;<>[\\]").contains(c) || c.unicode() == markLocal)
                return QStringLiteral("\"%1\" may not stand in front of the @").arg(c);
        }
        return {};
    }

    void report(const QString &text, const QString &why) { m_problems.append({text, why}); }

    static constexpr char16_t markLocal = u'\uFDD0'; // a noncharacter: stands for a quoted local part

    const QString &m_text;
    QList<Address> &m_addresses;
    QList<AddressList::Problem> &m_problems;
    qsizetype m_at = 0;
    qsizetype m_start = 0;
    qsizetype m_beforeAngle = 0; // characters of the phrase that stand in front of the angle brackets
    QString m_phrase;
    QString m_angle;
    QString m_comment;
    QString m_quotedLocal;
    QString m_trouble;
    bool m_hasAngle = false;
    bool m_wasQuoted = false;
    bool m_inGroup = false;
};

} // namespace

AddressList AddressList::parse(const QString &text)
{
    AddressList list;
    Parser(text, list.m_addresses, list.m_problems).run();
    return list;
}

QString toString(const QList<Address> &addresses)
{
    QStringList parts;
    for (const Address &address : addresses)
        parts.append(address.toString());
    return parts.join(QStringLiteral(", "));
}

} // namespace Message
