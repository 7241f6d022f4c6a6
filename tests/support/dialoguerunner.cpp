#include "tests/support/dialoguerunner.h"

#include "core/delivery/retrypolicy.h"
#include "tests/support/scriptedconnection.h"

#include <QIODevice>

#include <algorithm>

namespace Support {

namespace {

using Base::Error;
using Base::ErrorKind;
using Delivery::Outcome;
using Delivery::RecipientResult;
using Delivery::Verdict;

class NoStore : public Message::ContentStore
{
public:
    Base::Result<Message::SpoolRef> put(QIODevice &) override { return Error{ErrorKind::Internal, {}, {}}; }
    Base::Result<std::unique_ptr<QIODevice>> open(const Message::SpoolRef &) const override
    {
        return Error{ErrorKind::FileMissing, {}, {}};
    }
};

QString yesNo(bool value)
{
    return value ? QStringLiteral("yes") : QStringLiteral("no");
}

bool deceives(QChar c)
{
    const ushort u = c.unicode();
    return u < 0x20 || (u >= 0x7f && u < 0xa0) || (u >= 0x202a && u <= 0x202e) ||
           (u >= 0x2066 && u <= 0x2069);
}

class Runner
{
public:
    Runner(const Dialogue &dialogue, Cut cut)
        : m_dialogue(dialogue)
        , m_cut(cut)
    {
        auto connection = std::make_unique<ScriptedConnection>(dialogue, cut, m_clock);
        m_connection = connection.get();
        m_session = std::make_unique<Smtp::Session>(dialogue.options, std::move(connection), m_clock);
        QObject::connect(m_session.get(), &Smtp::Session::finished, m_session.get(),
                         [this](const Outcome &outcome) { onFinished(outcome); });
        QObject::connect(m_session.get(), &Smtp::Session::authenticated, m_session.get(),
                         [this](const QString &mechanism) { m_signedInBy = mechanism; });
        QObject::connect(m_session.get(), &Smtp::Session::closed, m_session.get(),
                         [this] { m_closed = true; });
    }

    Played run()
    {
        begin();
        while (m_connection->failure().isEmpty()) {
            if (m_connection->step())
                continue;
            if (!m_connection->failure().isEmpty() || !goOn())
                break;
        }
        Played played{m_connection->failure(), m_outcome, {}};
        for (const Delivery::TranscriptLine &line : m_session->transcript().lines())
            played.transcript.append(Delivery::name(line.speaker) + QStringLiteral(": ") + line.text);
        return played;
    }

private:
    void fail(const QString &why) { m_connection->fail(why); }

    void begin()
    {
        m_finished = false;
        m_commits = 0;
        if (m_dialogue.rehearsal)
            return m_session->rehearse();
        Smtp::Letter letter;
        letter.envelope = m_dialogue.envelope;
        letter.content = std::make_unique<Message::ContentReader>(m_dialogue.pieces(m_cut), m_store);
        letter.aboutToCommit = [this](const QList<RecipientResult> &) -> Base::Done {
            ++m_commits;
            if (m_connection->hasDot())
                fail(QStringLiteral("law 3: the final dot was written before it was on record"));
            if (m_dialogue.commitFails)
                return Error{ErrorKind::Database, {}, QStringLiteral("the books cannot be written")};
            return {};
        };
        m_session->deliver(std::move(letter));
    }

    void onFinished(const Outcome &outcome)
    {
        if (std::exchange(m_finished, true))
            fail(QStringLiteral("finished twice"));
        m_outcome = outcome;
        holdLaws();
    }

    // What holds whatever the file says.
    void holdLaws()
    {
        QStringList told;
        for (const Delivery::TranscriptLine &line : m_session->transcript().lines())
            told.append(line.text);
        told.append(m_outcome.reply.lines());
        if (m_outcome.error)
            told.append({m_outcome.error->subject, m_outcome.error->detail});
        const qsizetype wanted = m_dialogue.rehearsal ? 0 : m_dialogue.envelope.recipients.size();
        if (m_outcome.recipients.size() != wanted)
            fail(QStringLiteral("law 4: %1 verdicts for %2 recipients")
                     .arg(m_outcome.recipients.size())
                     .arg(wanted));
        for (qsizetype i = 0; i < std::min(wanted, m_outcome.recipients.size()); ++i) {
            const RecipientResult &result = m_outcome.recipients.at(i);
            if (result.address != m_dialogue.envelope.recipients.at(i).address.addrSpec())
                fail(QStringLiteral("law 4: %1 stands where another recipient should").arg(result.address));
            if (result.verdict == Verdict::None)
                fail(QStringLiteral("law 4: %1 has no verdict").arg(result.address));
            if ((result.verdict == Verdict::Accepted || result.verdict == Verdict::Uncertain) &&
                m_commits == 0)
                fail(QStringLiteral("law 3: %1 is %2 and nothing was on record")
                         .arg(result.address, Delivery::name(result.verdict)));
            told.append(result.reply.lines());
            if (result.error)
                told.append({result.error->subject, result.error->detail});
        }
        const Smtp::Credentials &credentials = m_dialogue.options.credentials;
        const QByteArray plain = '\0' + credentials.user + '\0' + credentials.secret;
        for (const QString &text : told) {
            const bool leaks =
                !credentials.secret.isEmpty() &&
                (text.contains(QString::fromUtf8(credentials.secret)) ||
                 text.contains(
                     QString::fromLatin1(credentials.secret.toBase64(QByteArray::OmitTrailingEquals))) ||
                 text.contains(QString::fromLatin1(credentials.secret.toHex()), Qt::CaseInsensitive) ||
                 text.contains(QString::fromLatin1(plain.toBase64(QByteArray::OmitTrailingEquals))));
            if (leaks && !isKeyword(text))
                fail(QStringLiteral("law 7: the secret stands in \"%1\"").arg(text));
            if (text.size() > 2049)
                fail(QStringLiteral("law 9: a line of %1 characters").arg(text.size()));
            if (std::any_of(text.begin(), text.end(), deceives))
                fail(QStringLiteral("law 9: a character that deceives in \"%1\"").arg(text));
        }
    }

    // A password that is a word of the protocol: it was said by the server before it could know it.
    bool isKeyword(const QString &text) const
    {
        return text ==
                   QLatin1String("250 AUTH ") + QString::fromUtf8(m_dialogue.options.credentials.secret) ||
               text ==
                   QLatin1String("250-AUTH ") + QString::fromUtf8(m_dialogue.options.credentials.secret) ||
               text == QLatin1String("AUTH ") + QString::fromUtf8(m_dialogue.options.credentials.secret) +
                           QStringLiteral(" ****");
    }

    // Nothing can happen on the wire: what does the file want now?
    bool goOn()
    {
        const Step *step = m_connection->next();
        if (!step)
            return end();
        switch (step->kind) {
        case Step::Kind::Expect:
            if (!m_finished)
                fail(QStringLiteral("the session is not over yet: it is at \"%1\"").arg(lastWords()));
            else if (m_connection->hasUnheard())
                fail(QStringLiteral("the client also says %1").arg(m_connection->unheard()));
            else
                expect(*step);
            m_connection->pass();
            return true;
        case Step::Kind::Program:
            program(*step);
            m_connection->pass();
            return true;
        case Step::Kind::Client:
            if (m_finished && !m_quitting && step->text == QLatin1String("QUIT") && m_session->isOpen()) {
                m_quitting = true;
                m_session->quit();
                return true;
            }
            fail(QStringLiteral("the client must say \"%1\" and says %2%3")
                     .arg(step->text, m_connection->unheard(), state()));
            return false;
        case Step::Kind::Server:
        case Step::Kind::Event:
            break;
        }
        fail(QStringLiteral("\"%1\" cannot happen%2").arg(step->text, state()));
        return false;
    }

    QString state() const
    {
        if (!m_finished)
            return {};
        QString words = QStringLiteral("; it is over, at ") + Delivery::name(m_outcome.stage);
        if (m_outcome.error)
            words += QStringLiteral(": ") + Base::name(m_outcome.error->kind) + QStringLiteral(" (") +
                     m_outcome.error->detail + QLatin1Char(')');
        if (!m_outcome.reply.isNull())
            words += QStringLiteral(": ") + m_outcome.reply.toString();
        return words;
    }

    QString lastWords() const
    {
        const QList<Delivery::TranscriptLine> &lines = m_session->transcript().lines();
        return lines.isEmpty() ? QString() : lines.last().text;
    }

    bool end()
    {
        if (m_connection->hasUnheard())
            fail(QStringLiteral("the client also says %1").arg(m_connection->unheard()));
        else if (!m_finished)
            fail(QStringLiteral("the session never ends"));
        return false;
    }

    void program(const Step &step)
    {
        const QString what = step.words.value(0);
        if (what == QLatin1String("deliver") && m_finished && m_session->isOpen())
            begin();
        else if (what == QLatin1String("cancel"))
            m_session->cancel();
        else
            fail(QStringLiteral("\"%1\" cannot be done now%2").arg(step.text, state()));
    }

    void compare(const QString &what, const QString &is, const QString &wanted)
    {
        if (is != wanted)
            fail(QStringLiteral("%1 must be \"%2\" and is \"%3\"%4").arg(what, wanted, is, state()));
    }

    void expect(const Step &step)
    {
        const QString what = step.words.value(0);
        const QString wanted = step.words.value(1);
        const QString rest = step.text.mid(what.size()).trimmed();
        if (what.contains(QLatin1Char('@')))
            return expectRecipient(what, wanted, step.words.value(2));
        if (what == QLatin1String("stage"))
            return compare(what, Delivery::name(m_outcome.stage), wanted);
        if (what == QLatin1String("scope"))
            return compare(what, Delivery::name(m_outcome.scope), wanted);
        if (what == QLatin1String("error"))
            return compare(what, m_outcome.error ? Base::name(m_outcome.error->kind) : QStringLiteral("none"),
                           wanted);
        if (what == QLatin1String("subject"))
            return compare(what, m_outcome.error ? m_outcome.error->subject : QString(), wanted);
        if (what == QLatin1String("detail-has"))
            return compare(what + QLatin1Char(' ') + rest,
                           yesNo(m_outcome.error && m_outcome.error->detail.contains(rest)),
                           QStringLiteral("yes"));
        if (what == QLatin1String("signed-in-by"))
            return compare(what, m_signedInBy.isEmpty() ? QStringLiteral("none") : m_signedInBy, wanted);
        if (what == QLatin1String("queue-id"))
            return compare(what, m_outcome.queueId.isEmpty() ? QStringLiteral("none") : m_outcome.queueId,
                           wanted);
        if (what == QLatin1String("open"))
            return compare(what, yesNo(m_session->isOpen()), wanted);
        if (what == QLatin1String("closed"))
            return compare(what, yesNo(m_closed), wanted);
        if (what == QLatin1String("encrypted"))
            return compare(what, yesNo(!m_outcome.tls.isEmpty()), wanted);
        if (what == QLatin1String("committed"))
            return compare(what, yesNo(m_commits == 1), wanted);
        if (what == QLatin1String("success"))
            return compare(what, yesNo(m_outcome.isSuccess()), wanted);
        if (what == QLatin1String("needs-person"))
            return compare(what, yesNo(Delivery::needsPerson(m_outcome)), wanted);
        if (what == QLatin1String("reply"))
            return compare(what, m_outcome.reply.toString(), rest);
        if (what == QLatin1String("reply-of")) {
            const RecipientResult *result = resultOf(wanted);
            return compare(what, result ? result->reply.toString() : QString(),
                           rest.mid(wanted.size()).trimmed());
        }
        if (what == QLatin1String("enhanced"))
            return compare(what,
                           m_outcome.reply.enhanced().isEmpty() ? QStringLiteral("none")
                                                                : m_outcome.reply.enhanced(),
                           wanted);
        if (what == QLatin1String("transcript-has"))
            return compare(what + QLatin1Char(' ') + rest, yesNo(transcriptHas(rest)), QStringLiteral("yes"));
        if (what == QLatin1String("transcript-lacks"))
            return compare(what + QLatin1Char(' ') + rest, yesNo(!transcriptHas(rest)),
                           QStringLiteral("yes"));
        fail(QStringLiteral("no such expectation: %1").arg(step.text));
    }

    void expectRecipient(const QString &address, const QString &verdict, const QString &scope)
    {
        const RecipientResult *result = resultOf(address);
        if (!result)
            return fail(QStringLiteral("%1 has no result").arg(address));
        compare(address, Delivery::name(result->verdict), verdict);
        if (scope.isEmpty())
            return;
        const Delivery::Scope reach =
            result->reply.isNull() ? m_outcome.scope : Delivery::scopeOf(result->stage, result->reply);
        compare(QStringLiteral("scope of ") + address, Delivery::name(reach), scope);
    }

    const RecipientResult *resultOf(const QString &address) const
    {
        const auto found =
            std::find_if(m_outcome.recipients.begin(), m_outcome.recipients.end(),
                         [&address](const RecipientResult &each) { return each.address == address; });
        return found == m_outcome.recipients.end() ? nullptr : &*found;
    }

    bool transcriptHas(const QString &text) const
    {
        const QList<Delivery::TranscriptLine> &lines = m_session->transcript().lines();
        return std::any_of(lines.begin(), lines.end(), [&text](const Delivery::TranscriptLine &line) {
            return line.text.contains(text);
        });
    }

    const Dialogue &m_dialogue;
    Cut m_cut;
    FakeClock m_clock;
    NoStore m_store;
    ScriptedConnection *m_connection = nullptr;
    std::unique_ptr<Smtp::Session> m_session;
    Outcome m_outcome;
    int m_commits = 0;
    bool m_finished = false;
    bool m_closed = false;
    bool m_quitting = false;
    QString m_signedInBy;
};

} // namespace

QStringList Played::said() const
{
    QStringList out = transcript;
    out.removeIf([](const QString &line) { return line.startsWith(QLatin1String("note: ")); });
    return out;
}

Played play(const Dialogue &dialogue, Cut cut)
{
    return Runner(dialogue, cut).run();
}

} // namespace Support
