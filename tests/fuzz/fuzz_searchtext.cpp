// A message somebody else finished, looked through for what it can be found by: bounded whatever its parts
// and charsets claim, and the same however it was kept.

#include "core/message/searchtext.h"
#include "tests/fuzz/fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const QByteArray message = Fuzz::behind(data, size, 0);
    const Message::SearchText found = Message::searchTextIn(message);
    Fuzz::check(found.text.size() <= Message::longestSearchText, "the text is bounded");
    Fuzz::check(Message::searchTextIn(message) == found, "twice is the same");
    const Message::Content content{Message::Piece{message, {}, false}};
    Fuzz::check(Message::searchTextOf(content) == found, "a content is read as its octets");
    return 0;
}
