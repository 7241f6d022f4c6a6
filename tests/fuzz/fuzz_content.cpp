// Any content, for the writer of what stands between 354 and the final dot, and of BDAT's chunks: whatever
// the cuts, the output is the same; it holds no bare CR or LF (CVE-2023-51764); no line before the last
// begins with a lone dot (CVE-2021-38189); and a server that takes the dots off again reads the canonical
// content. The first octet cuts.

#include "core/smtp/datawriter.h"
#include "tests/fuzz/fuzz.h"

using Smtp::DataWriter;
using Form = DataWriter::Form;

namespace {

QByteArray written(Form form, const QByteArrayList &pieces)
{
    DataWriter writer(form);
    QByteArray out;
    for (const QByteArray &piece : pieces)
        out += writer.write(piece);
    return out + writer.finish();
}

/// CR, LF and CRLF are each one line end; made another way than the code under test.
QByteArray canonical(QByteArray text)
{
    text.replace("\r\n", "\n").replace('\r', '\n').replace("\n", "\r\n");
    return text.isEmpty() || text.endsWith("\r\n") ? text : text + "\r\n";
}

void checkLineEnds(const QByteArray &wire)
{
    for (qsizetype i = 0; i < wire.size(); ++i) {
        if (wire.at(i) == '\n')
            Fuzz::check(i > 0 && wire.at(i - 1) == '\r', "no bare LF");
        if (wire.at(i) == '\r')
            Fuzz::check(i + 1 < wire.size() && wire.at(i + 1) == '\n', "no bare CR");
    }
}

/// A receiving server (RFC 5321 §4.5.2).
QByteArray received(const QByteArray &wire)
{
    QByteArray out;
    for (qsizetype at = 0; at < wire.size();) {
        const qsizetype end = wire.indexOf("\r\n", at);
        Fuzz::check(end >= 0, "the last line ends");
        const QByteArray line = wire.mid(at, end - at);
        at = end + 2;
        if (line == ".") {
            Fuzz::check(at == wire.size(), "the only end of data is the last line");
            return out;
        }
        out += (line.startsWith('.') ? line.mid(1) : line) + "\r\n";
    }
    Fuzz::check(false, "the data ends");
    return {};
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    const QByteArray content = Fuzz::behind(data, size, 1);
    const QByteArrayList pieces = Fuzz::cut(content, data[0]);
    const QByteArray meant = canonical(content);

    const QByteArray dotted = written(Form::Dotted, {content});
    Fuzz::check(written(Form::Dotted, pieces) == dotted, "the cut makes no difference");
    checkLineEnds(dotted);
    Fuzz::check(received(dotted + DataWriter::terminator()) == meant, "a server reads what was meant");

    const QByteArray chunks = written(Form::Chunks, {content});
    Fuzz::check(written(Form::Chunks, pieces) == chunks, "the cut makes no difference in chunks");
    Fuzz::check(chunks == meant, "chunks hold what was meant");
    return 0;
}
