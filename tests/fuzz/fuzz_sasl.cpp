// A hostile server's side of a sign-in, for libFuzzer. The first octet chooses the mechanism and whether
// there is something to bind to; what follows are the server's answers, "\n" between them: "334" and a
// challenge as it stands on the line, or anything else as the words of a 235.

#include "core/smtp/saslexchange.h"
#include "tests/fuzz/fuzz.h"

namespace {

constexpr char secret[] = "hunter2-hunter2";

// Law 7 and RFC 4954 §4: what is said has its limits, what is shown holds no secret.
void check(const Smtp::Command &command)
{
    Fuzz::check(command.wire.endsWith("\r\n") && command.wire.count('\n') == 1, "one line is said");
    Fuzz::check(command.wire.size() <= Smtp::SaslExchange::longestResponse + 2, "what is said has its limit");
    Fuzz::check(!command.shown.contains(QLatin1String(secret)), "no secret is shown");
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
    Fuzz::check(exchange.ok(), "nothing of a server's is in it yet");
    if (const Base::Result<Smtp::Command> first = (*exchange)->first())
        check(*first);
    const QByteArray said = Fuzz::behind(data, size, 1);
    bool asked = false;
    for (const QByteArray &line : said.split('\n')) {
        if (!line.startsWith("334")) {
            const Base::Done done = (*exchange)->conclude(line);
            Fuzz::check(!done || !signIn.mechanism.startsWith(QLatin1String("SCRAM")),
                        "whoever does not know the password cannot end a SCRAM well");
            break;
        }
        const Base::Result<Smtp::Command> answer = (*exchange)->answer(line.mid(3));
        if (!answer)
            break;
        check(*answer);
        asked = true;
    }
    const auto complaint = (*exchange)->complaint(Delivery::ServerReply(535, {QStringLiteral("No")}));
    if (complaint) {
        // With EXTERNAL it is about our certificate, whatever the server says.
        Fuzz::check(asked || signIn.mechanism == QLatin1String("EXTERNAL"),
                    "a complaint is something that was said");
        Fuzz::check(!complaint->detail.contains(QLatin1String(secret)), "no secret is in a complaint");
        Fuzz::check(Fuzz::isHarmless(complaint->detail) && complaint->detail.size() <= 2000,
                    "a complaint is bounded and harmless");
    }
    return 0;
}
