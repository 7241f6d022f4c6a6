#pragma once

// The server's side of every sign-in, for FakeServer: it knows the password, checks what it is told, and then
// behaves well or badly. Where it can, it echoes what it heard in every form. Independent of the code under
// test: its SCRAM is written anew, over Qt's PBKDF2.

#include "fakeserver.h"

#include <QCryptographicHash>
#include <QMessageAuthenticationCode>
#include <QPasswordDigestor>
#include <QString>

class SignInServer
{
public:
    enum class Mode {
        Accept,
        Refuse,  ///< and echo
        Garbage, ///< an echo that is no SMTP
        Later,   ///< accept, and echo at MAIL
        Pretend, ///< says yes without proving anything
    };

    static QList<std::pair<Mode, const char *>> modes()
    {
        return {{Mode::Accept, "accepted"},
                {Mode::Refuse, "refused and echoed"},
                {Mode::Garbage, "echoed in garbage"},
                {Mode::Later, "echoed later"}};
    }

    SignInServer(QByteArray mechanism, Mode mode, QByteArray user, QByteArray secret)
        : m_mechanism(std::move(mechanism))
        , m_mode(mode)
        , m_user(std::move(user))
        , m_secret(std::move(secret))
        , m_prepared(QString::fromUtf8(m_secret).normalized(QString::NormalizationForm_KC).toUtf8())
        , m_secrets{m_secret, m_prepared}
    {
    }

    static QByteArray binding() { return "the hash of a certificate"; }
    /// What must stand nowhere: the password, and what lets it be guessed.
    QByteArrayList secrets() const { return m_secrets; }
    bool wasReached() const { return m_reached; }

    QByteArray answer(const QByteArray &line)
    {
        if (line.startsWith("EHLO"))
            return "250-fake\r\n250 AUTH " + m_mechanism + "\r\n";
        if (line.startsWith("AUTH ")) {
            const QByteArrayList words = line.split(' ');
            m_asking = true;
            m_step = 0;
            if (words.value(1) != m_mechanism)
                return refuse("504 5.5.4 not offered\r\n");
            return words.size() > 2 ? hear(QByteArray::fromBase64(words.at(2))) : begin();
        }
        if (m_asking)
            return line == "*" ? refuse("501 5.0.0 cancelled\r\n") : hear(QByteArray::fromBase64(line));
        if (line.startsWith("MAIL") && m_mode == Mode::Later)
            return echo("550 5.7.1 ");
        return {};
    }

private:
    QByteArray begin() const
    {
        if (m_mechanism == "CRAM-MD5")
            return ask(challenge());
        return ask(m_mechanism == "LOGIN" ? "Username:" : "");
    }

    static QByteArray challenge() { return "<1.2@fake>"; }
    static QByteArray ask(const QByteArray &question) { return "334 " + question.toBase64() + "\r\n"; }

    QByteArray refuse(const QByteArray &reply)
    {
        m_asking = false;
        return reply;
    }

    QByteArray hear(const QByteArray &said)
    {
        if (m_mechanism == "PLAIN")
            return judge(said == '\0' + m_user + '\0' + m_prepared);
        if (m_mechanism == "LOGIN")
            return m_step++ == 0 ? ask("Password:") : judge(said == m_secret);
        if (m_mechanism == "CRAM-MD5") {
            const QByteArray digest =
                QMessageAuthenticationCode::hash(challenge(), m_secret, QCryptographicHash::Md5).toHex();
            m_secrets.append(digest);
            return judge(said == m_user + ' ' + digest);
        }
        if (m_mechanism.startsWith("SCRAM"))
            return hearScram(said);
        return hearToken(said);
    }

    QByteArray hearToken(const QByteArray &said)
    {
        const QByteArray auth = "\1auth=Bearer " + m_secret + "\1\1";
        const QByteArray expected = m_mechanism == "XOAUTH2"
                                        ? "user=" + m_user + auth
                                        : "n,a=" + m_user + ",\1host=one.example.org\1port=465" + auth;
        const bool complained = m_step++ > 0;
        const bool right =
            complained ? said == QByteArray(m_mechanism == "XOAUTH2" ? "" : "\1") : said == expected;
        if (complained || m_mode == Mode::Accept || m_mode == Mode::Later || !right)
            return judge(right);
        m_reached = true;
        return ask(R"({"status":"401","echo":")" + m_secret + R"(","again":")" + m_secret.toBase64() + "\"}");
    }

    QByteArray hearScram(const QByteArray &said)
    {
        if (m_step++ == 0) {
            m_bare = said.mid(said.indexOf(",,") + 2);
            m_header = said.left(said.indexOf(",,") + 2);
            m_nonce = said.mid(said.indexOf(",r=") + 3) + "srv";
            m_first = "r=" + m_nonce + ",s=" + QByteArray("sixteen octets!!").toBase64() + ",i=4096";
            return ask(m_first);
        }
        if (m_step > 2)
            return judge(said.isEmpty());
        const bool sha256 = m_mechanism.contains("256");
        const auto algorithm = sha256 ? QCryptographicHash::Sha256 : QCryptographicHash::Sha1;
        const auto hmac = [algorithm](const QByteArray &key, const QByteArray &text) {
            return QMessageAuthenticationCode::hash(text, key, algorithm);
        };
        const bool bound = m_mechanism.endsWith("-PLUS");
        const QByteArray salted = QPasswordDigestor::deriveKeyPbkdf2(
            algorithm, m_prepared, "sixteen octets!!", 4096, sha256 ? 32 : 20);
        const QByteArray withoutProof =
            "c=" + (m_header + (bound ? binding() : QByteArray())).toBase64() + ",r=" + m_nonce;
        const QByteArray whole = m_bare + ',' + m_first + ',' + withoutProof;
        QByteArray proof = hmac(salted, "Client Key");
        const QByteArray signature = hmac(QCryptographicHash::hash(proof, algorithm), whole);
        for (qsizetype i = 0; i < proof.size(); ++i)
            proof[i] = static_cast<char>(proof.at(i) ^ signature.at(i));
        const QByteArray shown = hmac(hmac(salted, "Server Key"), whole);
        m_secrets.append({proof, proof.toBase64(), shown, shown.toBase64()});
        const bool right = m_bare == "n=" + m_user + ",r=" + m_nonce.chopped(3) &&
                           said == withoutProof + ",p=" + proof.toBase64() &&
                           m_header.startsWith(bound ? "p=tls-server-end-point,," : "n,,");
        if (m_mode == Mode::Pretend)
            return refuse("235 2.7.0 welcome\r\n");
        if (!right || m_mode == Mode::Refuse || m_mode == Mode::Garbage)
            return judge(right);
        m_reached = true;
        const QByteArray last = "v=" + shown.toBase64();
        return m_mode == Mode::Accept ? ask(last) : refuse("235 2.7.0 " + last.toBase64() + "\r\n");
    }

    QByteArray judge(bool right)
    {
        m_reached = m_reached || right;
        m_asking = false;
        if (!right)
            return "535 5.7.8 wrong\r\n";
        switch (m_mode) {
        case Mode::Accept:
        case Mode::Later:
        case Mode::Pretend:
            return "235 2.7.0 welcome\r\n";
        case Mode::Refuse:
            return echo("535 5.7.8 ");
        case Mode::Garbage:
            break;
        }
        return "what? " + m_secrets.last() + ' ' + m_secret.toBase64() + ' ' + m_secret + "\r\n";
    }

    QByteArray echo(const QByteArray &code) const
    {
        QByteArray reply;
        const QByteArray begin = code.left(3) + '-' + code.mid(4);
        for (const QByteArray &secret : m_secrets) {
            if (!secret.contains('\n') && !secret.contains('\r'))
                reply += begin + secret + "\r\n";
            reply += begin + secret.toBase64() + " or " + ('x' + secret).toBase64() + " or " +
                     ("xy" + secret + 'z').toBase64() + "\r\n";
            reply += begin + secret.toHex() + ' ' + secret.toHex().toUpper() + ' ' +
                     secret.toPercentEncoding() + ' ' + secret.toPercentEncoding({}, "-._~") + ' ' +
                     secret.toBase64(QByteArray::Base64UrlEncoding) + "\r\n";
        }
        return reply + code + "no\r\n";
    }

    QByteArray m_mechanism;
    Mode m_mode;
    QByteArray m_user;
    QByteArray m_secret;
    QByteArray m_prepared; ///< with SASLprep; for what the tests use NFKC is all of it
    QByteArrayList m_secrets;
    int m_step = 0;
    bool m_asking = false;
    bool m_reached = false;
    QByteArray m_bare;
    QByteArray m_header;
    QByteArray m_nonce;
    QByteArray m_first;
};
