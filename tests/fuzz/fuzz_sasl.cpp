// A hostile server's side of a sign-in, for libFuzzer. The first octet chooses the mechanism and whether
// there is something to bind to; what follows are the server's answers, "\n" between them: "334" and a
// challenge as it stands on the line, or anything else as the words of a 235. Built with -fsanitize=fuzzer.

#include "core/smtp/saslexchange.h"

#include <cstddef>
#include <cstdint>
#include <cstdlib>

namespace {

constexpr char secret[] = "hunter2-hunter2";

// Law 7 and RFC 4954 §4: what is said has its limits, what is shown holds no secret.
void check(const Smtp::Command &command)
{
    if (!command.wire.endsWith("\r\n") || command.wire.count('\n') != 1 ||
        command.wire.size() > Smtp::SaslExchange::longestResponse + 2 ||
        command.shown.contains(QLatin1String(secret)))
        std::abort();
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    const QStringList known = Smtp::knownMechanisms();
    Smtp::SignIn signIn;
    signIn.mechanism = known.at((data[0] & 0x7f) % known.size());
    signIn.credentials = {"ada", secret};
    signIn.server = {QStringLiteral("mail.example"), 587, Net::Security::StartTls};
    signIn.encrypted = true;
    signIn.clientNonce = "nonce";
    if ((data[0] & 0x80) != 0 || signIn.mechanism.endsWith(QLatin1String("-PLUS")))
        signIn.endPointBinding = "hash";

    Smtp::Redactor redactor;
    const auto exchange = Smtp::SaslExchange::begin({signIn.mechanism}, signIn, redactor);
    if (!exchange)
        std::abort(); // nothing of a server's is in it yet
    if (const Base::Result<Smtp::Command> first = (*exchange)->first())
        check(*first);
    const QByteArray said(reinterpret_cast<const char *>(data) + 1, static_cast<qsizetype>(size) - 1);
    bool asked = false;
    for (const QByteArray &line : said.split('\n')) {
        if (!line.startsWith("334")) {
            const Base::Done done = (*exchange)->conclude(line);
            // Whoever does not know the password cannot end a SCRAM well.
            if (done && signIn.mechanism.startsWith(QLatin1String("SCRAM")))
                std::abort();
            break;
        }
        const Base::Result<Smtp::Command> answer = (*exchange)->answer(line.mid(3));
        if (!answer)
            break;
        check(*answer);
        asked = true;
    }
    const auto complaint = (*exchange)->complaint(Delivery::ServerReply(535, {QStringLiteral("No")}));
    if (complaint &&
        (!asked || complaint->detail.contains(QLatin1String(secret)) || complaint->detail.size() > 2000))
        std::abort();
    return 0;
}
