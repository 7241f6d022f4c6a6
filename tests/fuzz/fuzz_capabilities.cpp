// The lines of an answer to EHLO as a server could send them, for the reader of capabilities: a keyword is
// ASCII and stands first on a line of its own, numbers are in their bounds, and a mechanism could be said.

#include "core/smtp/capabilities.h"
#include "tests/fuzz/fuzz.h"

using Delivery::ServerReply;
using Smtp::Capabilities;

namespace {

bool saysKeyword(const QString &line, const char *keyword)
{
    // Another way than the reader's: octets, and case by one bit.
    const QByteArray wanted(keyword);
    const QByteArray said = line.toUtf8();
    qsizetype at = 0;
    while (at < said.size() && said.at(at) == ' ')
        ++at;
    for (const char c : wanted) {
        const char s = at < said.size() ? said.at(at) : ' ';
        if (s != c && !(c >= 'A' && c <= 'Z' && s == (c | 0x20)))
            return false;
        ++at;
    }
    return at == said.size() || said.at(at) == ' ' || (wanted == "AUTH" && said.at(at) == '=');
}

void checkMechanisms(const Capabilities &capabilities)
{
    QStringList seen;
    for (const QString &name : capabilities.mechanisms()) {
        Fuzz::check(!name.isEmpty() && !name.contains(QLatin1Char(' ')), "a mechanism is a word");
        Fuzz::check(std::none_of(name.begin(), name.end(), [](QChar c) { return c >= u'a' && c <= u'z'; }),
                    "a mechanism is told in upper case");
        Fuzz::check(!seen.contains(name), "a mechanism is told once");
        seen.append(name);
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    QStringList lines;
    for (const QByteArray &line : Fuzz::behind(data, size, 0).split('\n'))
        lines.append(Delivery::sanitised(line));
    const Capabilities capabilities = Capabilities::from(ServerReply(250, lines));

    for (const char *keyword :
         {"SIZE", "STARTTLS", "AUTH", "PIPELINING", "8BITMIME", "SMTPUTF8", "DSN", "LIMITS", "CHUNKING",
          "REQUIRETLS", "FUTURERELEASE", "DELIVERBY", "MT-PRIORITY"}) {
        const bool said = std::any_of(lines.begin() + 1, lines.end(),
                                      [keyword](const QString &line) { return saysKeyword(line, keyword); });
        Fuzz::check(capabilities.has(QLatin1String(keyword)) == said,
                    "a capability is there when a line says it");
    }
    Fuzz::check(!capabilities.has(QString()), "nothing is no keyword");
    checkMechanisms(capabilities);
    Fuzz::check(capabilities.sizeLimit() >= 0, "a size is not negative");
    Fuzz::check(capabilities.shortestDeliverBy() >= 0 && capabilities.longestHold() >= 0,
                "no time is negative");
    for (const char *name : {"RCPTMAX", "MAILMAX", "RCPTDOMAINMAX"}) {
        const int limit = capabilities.limit(QLatin1String(name));
        Fuzz::check(limit >= 0 && limit <= 999'999, "a limit has six digits");
    }

    // What is told on reads the same again.
    const Capabilities again =
        Capabilities::from(ServerReply(250, QStringList{QString()} + capabilities.lines()));
    Fuzz::check(again.lines() == capabilities.lines(), "lines are kept");
    Fuzz::check(again.mechanisms() == capabilities.mechanisms(), "mechanisms are kept");
    Fuzz::check(again.sizeLimit() == capabilities.sizeLimit(), "the size is kept");

    const Capabilities fewer = capabilities.withoutOptional();
    Fuzz::check(!fewer.has(QStringLiteral("SIZE")) && !fewer.has(QStringLiteral("DSN")), "left out");
    Fuzz::check(fewer.has(QStringLiteral("STARTTLS")) == capabilities.has(QStringLiteral("STARTTLS")) &&
                    fewer.mechanisms() == capabilities.mechanisms(),
                "what protects is not left out");
    return 0;
}
