#include "core/smtp/capabilities.h"

namespace Smtp {

Capabilities Capabilities::from(const Delivery::ServerReply &hello)
{
    Capabilities capabilities;
    const QStringList lines = hello.lines();
    for (qsizetype i = 1; i < lines.size(); ++i) { // the first names the server
        QStringList words = lines.at(i).split(QLatin1Char(' '), Qt::SkipEmptyParts);
        if (words.isEmpty())
            continue;
        QString keyword = words.takeFirst().toUpper();
        // "AUTH=LOGIN PLAIN": servers before RFC 2554 wrote it so.
        if (keyword.startsWith(QStringLiteral("AUTH="))) {
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
        names.append(name.toUpper());
    names.removeDuplicates();
    return names;
}

qint64 Capabilities::sizeLimit() const
{
    bool ok = false;
    const qint64 limit = m_keywords.value(QStringLiteral("SIZE")).value(0).toLongLong(&ok);
    return ok && limit > 0 ? limit : 0;
}

} // namespace Smtp
