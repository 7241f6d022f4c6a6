// Any bytes, for what makes a server's words fit to be shown (law 9): bounded, no control, no override, and
// harmless text stays as it is. The first octet is the bound.

#include "core/delivery/serverreply.h"
#include "tests/fuzz/fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    const qsizetype limit = data[0];
    const QByteArray foreign = Fuzz::behind(data, size, 1);
    const QString bounded = Delivery::sanitised(foreign, limit);
    Fuzz::check(bounded.size() <= limit, "no longer than asked for");
    Fuzz::check(Fuzz::isHarmless(bounded), "no control, no override, no half character");

    const QString whole = Delivery::sanitised(foreign, foreign.size() + 1);
    Fuzz::check(Fuzz::isHarmless(whole), "no control, no override, no half character in the whole");
    Fuzz::check(whole.startsWith(bounded), "the bound cuts off the end and nothing else");
    Fuzz::check(Delivery::sanitised(whole.toUtf8(), foreign.size() + 1) == whole, "twice is once");
    for (const char c : foreign) {
        if (c >= ' ' && c <= '~')
            Fuzz::check(whole.contains(QLatin1Char(c)), "what is harmless stays");
    }

    // Whatever the words are, a reply can be made of them.
    const Delivery::ServerReply reply(550, {bounded, whole});
    Fuzz::check(reply.text().size() <= bounded.size() + whole.size() + 1, "nothing is added");
    Fuzz::check(reply.enhanced().isEmpty() || bounded.startsWith(reply.enhanced()), "the code stands in it");
    return 0;
}
