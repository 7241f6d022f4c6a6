// A server's bytes, for the reply parser: the replies are the same whatever the cut, nothing is past a bound,
// and neither a control nor a secret is kept (laws 7 and 9). The first octet cuts; the second, when it is
// large, repeats what follows, so that a short input reaches the bounds.

#include "core/delivery/outcome.h"
#include "core/smtp/redactor.h"
#include "core/smtp/replyparser.h"
#include "tests/fuzz/fuzz.h"

using Delivery::ServerReply;
using Smtp::ReplyParser;

namespace {

constexpr char secret[] = "hunter2";

struct Heard
{
    QList<ServerReply> replies;
    QByteArrayList raw;
    QString malformed;
    bool leftovers = false;

    friend bool operator==(const Heard &, const Heard &) = default;
};

void checkReply(const ServerReply &reply, const QByteArray &raw)
{
    Fuzz::check(reply.code() >= 200 && reply.code() <= 599, "a code lies between 200 and 599");
    Fuzz::check(!reply.lines().isEmpty() && reply.lines().size() <= ReplyParser::mostLines,
                "a reply has 1 to 128 lines");
    Fuzz::check(raw.size() <= ReplyParser::largestReply, "a reply is bounded");
    Fuzz::check(raw.count('\n') == reply.lines().size() - 1, "as many lines raw as kept");
    for (const QString &line : reply.lines()) {
        Fuzz::check(line.size() <= ReplyParser::longestLine, "a line is bounded");
        Fuzz::check(Fuzz::isHarmless(line), "no control, no override");
        Fuzz::check(!line.contains(QLatin1String(secret)), "no secret");
    }
    const QString enhanced = reply.enhanced();
    Fuzz::check(enhanced.isEmpty() || (enhanced.size() >= 5 && enhanced.size() <= 9 &&
                                       enhanced.at(0).unicode() == '0' + reply.code() / 100 &&
                                       reply.lines().first().startsWith(enhanced)),
                "an enhanced code agrees with the code");
}

/// The one place where expressions are matched against a server's words: they must not take long either.
void checkQueueId(const ServerReply &reply)
{
    const QString id = Delivery::queueIdIn(reply);
    Fuzz::check(id.size() <= 128 && reply.text().contains(id), "a queue id is a word of the reply");
    Fuzz::check(id.isEmpty() || reply.isPositive(), "only a yes has a queue id");
}

Heard hear(const QByteArrayList &pieces)
{
    Smtp::Redactor redactor;
    redactor.addSecret(secret);
    ReplyParser parser;
    parser.setFilter([&redactor](const QByteArray &text) { return redactor.redact(text); });
    Heard heard;
    for (const QByteArray &piece : pieces) {
        parser.feed(piece);
        while (const std::optional<ServerReply> reply = parser.next()) {
            checkReply(*reply, parser.unfiltered());
            heard.replies.append(*reply);
            heard.raw.append(parser.unfiltered());
        }
    }
    heard.malformed = parser.malformed();
    Fuzz::check(heard.malformed.size() <= 200, "what is told about nonsense is bounded");
    Fuzz::check(Fuzz::isHarmless(heard.malformed), "nonsense is told without controls");
    Fuzz::check(!heard.malformed.contains(QLatin1String(secret)), "nonsense is told without secrets");
    heard.leftovers = parser.hasLeftovers();
    if (!heard.malformed.isEmpty()) {
        parser.feed("250 Ok\r\n");
        Fuzz::check(!parser.next(), "malformed for good");
    }
    parser.reset();
    Fuzz::check(!parser.hasLeftovers() && parser.malformed().isEmpty(), "reset() forgets");
    parser.feed("250 Ok\r\n");
    Fuzz::check(parser.next() == ServerReply(250, {QStringLiteral("Ok")}), "after reset() all is well");
    return heard;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2)
        return 0;
    const qsizetype times = data[1] < 192 ? 1 : (data[1] - 191) * 4;
    const QByteArray bytes = Fuzz::behind(data, size, 2).repeated(times).left(70'000);
    const Heard whole = hear({bytes});
    Fuzz::check(hear(Fuzz::cut(bytes, data[0])) == whole, "the cut makes no difference");
    for (const ServerReply &reply : whole.replies.mid(0, 4))
        checkQueueId(reply);
    return 0;
}
