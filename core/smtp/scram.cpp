#include "core/smtp/scram.h"

#include "core/smtp/pbkdf2.h"

#include <QCryptographicHash>
#include <QMessageAuthenticationCode>
#include <QRandomGenerator>

#include <algorithm>
#include <array>

namespace Smtp {

using Base::Error;
using Base::ErrorKind;

namespace {

Error protocol(const QString &why)
{
    return {ErrorKind::Protocol, {}, why};
}

Error notProved(const QString &why)
{
    return {ErrorKind::ServerNotProved, {}, why};
}

QCryptographicHash::Algorithm algorithmOf(const QByteArray &mechanism)
{
    return mechanism.startsWith("SCRAM-SHA-256") ? QCryptographicHash::Sha256 : QCryptographicHash::Sha1;
}

QByteArray randomNonce()
{
    std::array<quint32, 6> words{};
    QRandomGenerator::system()->fillRange(words.data(), static_cast<qsizetype>(words.size()));
    return QByteArray(reinterpret_cast<const char *>(words.data()), sizeof(words)).toBase64();
}

// "x=…"; nullopt when it is another attribute.
std::optional<QByteArray> valueOf(const QByteArrayList &attributes, qsizetype index, char name)
{
    if (index >= attributes.size() || attributes.at(index).size() < 2 || attributes.at(index).at(0) != name ||
        attributes.at(index).at(1) != '=')
        return std::nullopt;
    return attributes.at(index).mid(2);
}

// "m=" announces an extension that must be understood (RFC 5802 §5.1), and we understand none. What else
// follows may be passed over, if only it looks like an attribute.
bool isStrange(const QByteArray &attribute)
{
    const bool letter = !attribute.isEmpty() && ((attribute.at(0) >= 'a' && attribute.at(0) <= 'z') ||
                                                 (attribute.at(0) >= 'A' && attribute.at(0) <= 'Z'));
    return !letter || attribute.size() < 3 || attribute.at(1) != '=' || attribute.at(0) == 'm';
}

// Takes as long whatever differs, so that an answer cannot be guessed octet by octet.
bool isSame(const QByteArray &one, const QByteArray &other)
{
    if (one.size() != other.size())
        return false;
    uint difference = 0;
    for (qsizetype i = 0; i < one.size(); ++i)
        difference |= static_cast<uchar>(one.at(i)) ^ static_cast<uchar>(other.at(i));
    return difference == 0;
}

int iterationsIn(const QByteArray &text)
{
    const bool digits = !text.isEmpty() && text.size() <= 9 && text.at(0) != '0' &&
                        std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
    return digits ? text.toInt() : text.size() > 9 ? Scram::mostIterations + 1 : 0;
}

} // namespace

Scram::Scram(QByteArray name, Credentials credentials, Binding binding, const QByteArray &clientNonce)
    : m_name(std::move(name))
    , m_credentials(std::move(credentials))
    , m_binding(std::move(binding))
    , m_nonce(clientNonce.isEmpty() ? randomNonce() : clientNonce)
    , m_secrets{m_credentials.secret}
{
}

// gs2-header (RFC 5801 §4): how it is bound, and no authorization identity.
QByteArray Scram::header() const
{
    return m_binding.flag == Binding::Bound ? QByteArray("p=tls-server-end-point,,")
                                            : QByteArray(1, static_cast<char>(m_binding.flag)) + ",,";
}

QByteArray Scram::firstBare() const
{
    return "n=" + saslName(m_credentials.user) + ",r=" + m_nonce;
}

QByteArray Scram::hmac(const QByteArray &key, const QByteArray &text) const
{
    return QMessageAuthenticationCode::hash(text, key, algorithmOf(m_name));
}

Base::Result<QByteArray> Scram::respond(const QByteArray &challenge)
{
    const bool open = m_step == Step::First || m_step == Step::Final;
    if (open && challenge.startsWith("e=")) {
        // An empty answer, so that the reply that refuses can follow. Were it a yes, conclude() would say no.
        m_complaint = challenge.mid(2);
        m_step = Step::Refused;
        return QByteArray();
    }
    if (m_step == Step::First)
        return answerFirst(challenge);
    if (!open)
        return protocol(QStringLiteral("the server asks on where SCRAM is over"));
    if (const Base::Done done = verify(challenge); !done)
        return done.error();
    return QByteArray();
}

Base::Result<QByteArray> Scram::answerFirst(const QByteArray &challenge)
{
    const QByteArrayList attributes = challenge.split(',');
    if (attributes.first().startsWith("m=") ||
        std::any_of(attributes.begin() + std::min<qsizetype>(3, attributes.size()), attributes.end(),
                    isStrange))
        return protocol(QStringLiteral("the server demands an extension of SCRAM that nobody knows"));
    const std::optional<QByteArray> nonce = valueOf(attributes, 0, 'r');
    const std::optional<QByteArray> salt = valueOf(attributes, 1, 's');
    const std::optional<QByteArray> iterations = valueOf(attributes, 2, 'i');
    if (!nonce || !salt || !iterations)
        return protocol(QStringLiteral("the server's first message is not that of SCRAM"));
    // Without its own part an old conversation could be played to us again.
    if (!nonce->startsWith(m_nonce) || nonce->size() <= m_nonce.size())
        return notProved(QStringLiteral("the server's nonce does not continue ours"));
    if (!std::all_of(nonce->begin(), nonce->end(), [](char c) { return c > 0x20 && c < 0x7f; }))
        return protocol(QStringLiteral("the server's nonce is not printable"));
    const std::optional<QByteArray> octets = strictBase64(*salt);
    if (!octets || octets->isEmpty())
        return protocol(QStringLiteral("the server's salt is empty or not base64"));
    const int count = iterationsIn(*iterations);
    if (count < fewestIterations || count > mostIterations)
        return protocol(QStringLiteral("the server asks for %1 iterations; from %2 to %3 are accepted")
                            .arg(QString::fromLatin1(iterations->left(20)))
                            .arg(fewestIterations)
                            .arg(mostIterations));
    return prove(challenge, *nonce, *octets, count);
}

// RFC 5802 §3.
Base::Result<QByteArray> Scram::prove(const QByteArray &serverFirst, const QByteArray &nonce,
                                      const QByteArray &salt, int iterations)
{
    const Base::Result<QByteArray> salted =
        pbkdf2(algorithmOf(m_name), m_credentials.secret, salt, iterations);
    if (!salted)
        return salted.error();
    const QByteArray withoutProof = "c=" + (header() + m_binding.data).toBase64() + ",r=" + nonce;
    const QByteArray whole = firstBare() + ',' + serverFirst + ',' + withoutProof;
    QByteArray proof = hmac(*salted, "Client Key");
    const QByteArray signature = hmac(QCryptographicHash::hash(proof, algorithmOf(m_name)), whole);
    for (qsizetype i = 0; i < proof.size(); ++i)
        proof[i] = static_cast<char>(proof.at(i) ^ signature.at(i));
    m_serverSignature = hmac(hmac(*salted, "Server Key"), whole);
    // With salt and nonce, which are said in the open, either of the two lets passwords be tried at leisure.
    for (const QByteArray &tell : {proof, m_serverSignature})
        m_secrets.append({tell, tell.toBase64()});
    m_step = Step::Final;
    return withoutProof + ",p=" + proof.toBase64();
}

Base::Done Scram::verify(const QByteArray &serverFinal)
{
    const QByteArrayList attributes = serverFinal.split(',');
    const std::optional<QByteArray> shown = valueOf(attributes, 0, 'v');
    if (!shown || std::any_of(attributes.begin() + 1, attributes.end(), isStrange))
        return protocol(QStringLiteral("the server's last message is not that of SCRAM"));
    const std::optional<QByteArray> signature = strictBase64(*shown);
    if (!signature || !isSame(*signature, m_serverSignature))
        return notProved(QStringLiteral("the server's signature is wrong"));
    m_step = Step::Proved;
    return {};
}

// RFC 4954 §4 has the server's last message come as a challenge of its own; some put it into the words of the
// 235 instead.
Base::Done Scram::conclude(const QByteArray &text)
{
    if (m_step == Step::Final) {
        for (const QByteArray &word : text.simplified().split(' ')) {
            const std::optional<QByteArray> message = strictBase64(word);
            if (message && message->startsWith("v="))
                return verify(*message);
        }
    }
    if (m_step == Step::Proved)
        return {};
    return notProved(QStringLiteral("the server says yes before it has proved that it knows the password"));
}

} // namespace Smtp
