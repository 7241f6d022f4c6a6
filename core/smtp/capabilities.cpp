#include "core/smtp/capabilities.h"

namespace Smtp {

namespace {

/// Keywords are ASCII (RFC 5321 §4.1.1.1). QString::toUpper() would make STARTTLS of one that begins with
/// U+017F.
QString inUpperCase(QString word)
{
    for (QChar &c : word) {
        if (c >= u'a' && c <= u'z')
            c = QChar(c.unicode() - u'a' + u'A');
    }
    return word;
}

} // namespace

Capabilities Capabilities::from(const Delivery::ServerReply &hello)
{
    Capabilities capabilities;
    const QStringList lines = hello.lines();
    for (qsizetype i = 1; i < lines.size(); ++i) { // the first names the server
        QStringList words = lines.at(i).split(QLatin1Char(' '), Qt::SkipEmptyParts);
        if (words.isEmpty())
            continue;
        QString keyword = inUpperCase(words.takeFirst());
        // "AUTH=LOGIN PLAIN": servers before RFC 2554 wrote it so.
        if (keyword.startsWith(QStringLiteral("AUTH="))) {
            if (keyword.size() > 5)
                words.prepend(keyword.mid(5));
            keyword = QStringLiteral("AUTH");
        }
        QStringList &known = capabilities.m_keywords[keyword];
        for (const QString &word : words) {
            if (!known.contains(word))
                known.append(word);
        }
        capabilities.m_lines.append(lines.at(i).trimmed());
    }
    return capabilities;
}

QStringList Capabilities::mechanisms() const
{
    QStringList names;
    for (const QString &name : m_keywords.value(QStringLiteral("AUTH")))
        names.append(inUpperCase(name));
    names.removeDuplicates();
    return names;
}

QStringList Capabilities::keywords() const
{
    QStringList keywords = m_keywords.keys();
    keywords.sort();
    return keywords;
}

qint64 Capabilities::number(const QString &keyword, qsizetype at) const
{
    bool ok = false;
    const qint64 value = m_keywords.value(keyword).value(at).toLongLong(&ok);
    return ok && value > 0 ? value : 0;
}

qint64 Capabilities::sizeLimit() const
{
    return number(QStringLiteral("SIZE"), 0);
}

int Capabilities::limit(const QString &name) const
{
    constexpr int most = 999'999; // RFC 9422 §4: at most six digits
    for (const QString &word : m_keywords.value(QStringLiteral("LIMITS"))) {
        if (inUpperCase(word.section(QLatin1Char('='), 0, 0)) != name)
            continue;
        bool ok = false;
        const int value = word.section(QLatin1Char('='), 1).toInt(&ok);
        return ok && value > 0 && value <= most ? value : 0;
    }
    return 0;
}

qint64 Capabilities::shortestDeliverBy() const
{
    return number(QStringLiteral("DELIVERBY"), 0);
}

qint64 Capabilities::longestHold() const
{
    return number(QStringLiteral("FUTURERELEASE"), 0);
}

Capabilities Capabilities::withoutOptional() const
{
    Capabilities fewer = *this;
    for (const char *keyword : {"SIZE", "DSN", "MT-PRIORITY"})
        fewer.m_keywords.remove(QLatin1String(keyword));
    return fewer;
}

} // namespace Smtp
