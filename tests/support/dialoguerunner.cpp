#include "tests/support/dialoguerunner.h"

#include "core/delivery/retrypolicy.h"
#include "tests/support/scriptedconnection.h"

#include <QIODevice>

#include <algorithm>
#include <deque>
#include <map>

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
        m_session = std::make_unique<Smtp::Session>(
            dialogue.options, [this] { return connection(); }, m_clock);
        QObject::connect(m_session.get(), &Smtp::Session::finished, m_session.get(),
                         [this](const Outcome &outcome, quint64 letter) { onFinished(outcome, letter); });
        QObject::connect(m_session.get(), &Smtp::Session::authenticated, m_session.get(),
                         [this](const QString &mechanism) { m_signedInBy = mechanism; });
        QObject::connect(m_session.get(), &Smtp::Session::closed, m_session.get(),
                         [this] { m_closed = true; });
    }

    Played run()
    {
        begin();
        while (m_connection->failure().isEmpty()) {
            if (m_connection->step() || record())
                continue;
            if (!m_connection->failure().isEmpty() || !goOn())
                break;
        }
        Played played{m_connection->failure(), now().outcome, {}};
        for (const Delivery::TranscriptLine &line : m_session->transcript().lines())
            played.transcript.append(Delivery::name(line.speaker) + QStringLiteral(": ") + line.text);
        return played;
    }

private:
    struct State
    {
        Outcome outcome;
        int commits = 0;
        bool finished = false;
        QList<Delivery::TranscriptLine> lines; ///< when it was finished
    };

    State &now() { return m_states[m_judged]; }
    const State &now() const { return m_states.at(m_judged); }
    /// Of the letter that is looked at; of the last one also what was said since.
    QList<Delivery::TranscriptLine> lines() const
    {
        return m_judged == m_last ? m_session->transcript().lines() : now().lines;
    }

    void fail(const QString &why) { m_connection->fail(why); }

    /// The first plays the dialogue, the one that replaces it goes on where it stands.
    std::unique_ptr<Net::Connection> connection()
    {
        Dialogue rest = m_dialogue;
        if (m_connection)
            rest.steps = rest.steps.mid(rest.steps.size() - m_connection->left());
        auto made = std::make_unique<ScriptedConnection>(rest, m_cut, m_clock);
        m_connection = made.get();
        return made;
    }

    void begin()
    {
        m_judged = m_last = m_dialogue.rehearsal ? 0 : m_last + 1;
        m_states[m_last] = {};
        if (m_dialogue.rehearsal)
            return m_session->rehearse();
        Smtp::Letter letter;
        letter.id = m_last;
        letter.envelope = m_dialogue.envelope;
        letter.content = std::make_unique<Message::ContentReader>(m_dialogue.pieces(m_cut), m_store);
        letter.aboutToCommit = [this, id = m_last](const Smtp::Commitment &, const auto &then) {
            ++m_states[id].commits;
            if (m_connection->hasDot())
                fail(QStringLiteral("law 3: the final dot was written before it was on record"));
            const Base::Done done =
                m_dialogue.commitFails
                    ? Base::Done(
                          Error{ErrorKind::Database, {}, QStringLiteral("the books cannot be written")})
                    : Base::Done();
            if (m_cut == Cut::Whole)
                then(done);
            else
                m_records.push_back([then, done] { then(done); });
        };
        m_session->deliver(std::move(letter));
    }

    /// The books answer when nothing else can happen, except where all is delivered whole: there at once.
    bool record()
    {
        if (m_records.empty())
            return false;
        m_records.front()();
        m_records.pop_front();
        return true;
    }

    void onFinished(const Outcome &outcome, quint64 letter)
    {
        m_judged = letter;
        now().lines = m_session->transcript(letter).lines();
        if (std::exchange(now().finished, true))
            fail(QStringLiteral("finished twice"));
        now().outcome = outcome;
        holdLaws();
        m_judged = m_last;
    }

    // What holds whatever the file says.
    void holdLaws()
    {
        QStringList told;
        for (const Delivery::TranscriptLine &line : now().lines)
            told.append(line.text);
        told.append(now().outcome.reply.lines());
        if (now().outcome.error)
            told.append({now().outcome.error->subject, now().outcome.error->detail});
        const qsizetype wanted = m_dialogue.rehearsal ? 0 : m_dialogue.envelope.recipients.size();
        if (now().outcome.recipients.size() != wanted)
            fail(QStringLiteral("law 4: %1 verdicts for %2 recipients")
                     .arg(now().outcome.recipients.size())
                     .arg(wanted));
        for (qsizetype i = 0; i < std::min(wanted, now().outcome.recipients.size()); ++i) {
            const RecipientResult &result = now().outcome.recipients.at(i);
            if (result.address != m_dialogue.envelope.recipients.at(i).address.addrSpec())
                fail(QStringLiteral("law 4: %1 stands where another recipient should").arg(result.address));
            if (result.verdict == Verdict::None)
                fail(QStringLiteral("law 4: %1 has no verdict").arg(result.address));
            if ((result.verdict == Verdict::Accepted || result.verdict == Verdict::Uncertain) &&
                now().commits == 0)
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
            if (step->words.value(0) == QLatin1String("letter"))
                m_judged = step->words.value(1).toULongLong();
            if (!m_states.contains(m_judged) || !now().finished)
                fail(QStringLiteral("the session is not over yet: it is at \"%1\"").arg(lastWords()));
            else if (m_connection->hasUnheard())
                fail(QStringLiteral("the client also says %1").arg(m_connection->unheard()));
            else
                expect(*step);
            m_judged = m_last;
            m_connection->pass();
            return true;
        case Step::Kind::Program:
            program(*step);
            m_connection->pass();
            return true;
        case Step::Kind::Client:
            if (now().finished && !m_quitting && step->text == QLatin1String("QUIT") && m_session->isOpen()) {
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
        if (!now().finished)
            return {};
        QString words = QStringLiteral("; it is over, at ") + Delivery::name(now().outcome.stage);
        if (now().outcome.error)
            words += QStringLiteral(": ") + Base::name(now().outcome.error->kind) + QStringLiteral(" (") +
                     now().outcome.error->detail + QLatin1Char(')');
        if (!now().outcome.reply.isNull())
            words += QStringLiteral(": ") + now().outcome.reply.toString();
        return words;
    }

    QString lastWords() const
    {
        const QList<Delivery::TranscriptLine> said = lines();
        return said.isEmpty() ? QString() : said.last().text;
    }

    bool end()
    {
        if (m_connection->hasUnheard())
            fail(QStringLiteral("the client also says %1").arg(m_connection->unheard()));
        else if (!now().finished)
            fail(QStringLiteral("the session never ends"));
        return false;
    }

    void program(const Step &step)
    {
        const QString what = step.words.value(0);
        if (what == QLatin1String("deliver") && m_session->isReady())
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
        // "letter 2 …": of that one, not of the last
        const qsizetype skipped = step.words.value(0) == QLatin1String("letter") ? 2 : 0;
        const QStringList words = step.words.mid(skipped);
        const QString text = words.join(QLatin1Char(' '));
        const QString what = words.value(0);
        const QString wanted = words.value(1);
        const QString rest =
            skipped > 0 ? text.mid(what.size()).trimmed() : step.text.mid(what.size()).trimmed();
        if (what.contains(QLatin1Char('@')))
            return expectRecipient(what, wanted, words.value(2));
        if (what == QLatin1String("stage"))
            return compare(what, Delivery::name(now().outcome.stage), wanted);
        if (what == QLatin1String("scope"))
            return compare(what, Delivery::name(now().outcome.scope), wanted);
        if (what == QLatin1String("error"))
            return compare(
                what, now().outcome.error ? Base::name(now().outcome.error->kind) : QStringLiteral("none"),
                wanted);
        if (what == QLatin1String("subject"))
            return compare(what, now().outcome.error ? now().outcome.error->subject : QString(), wanted);
        if (what == QLatin1String("detail-has"))
            return compare(what + QLatin1Char(' ') + rest,
                           yesNo(now().outcome.error && now().outcome.error->detail.contains(rest)),
                           QStringLiteral("yes"));
        if (what == QLatin1String("signed-in-by"))
            return compare(what, m_signedInBy.isEmpty() ? QStringLiteral("none") : m_signedInBy, wanted);
        if (what == QLatin1String("queue-id"))
            return compare(what,
                           now().outcome.queueId.isEmpty() ? QStringLiteral("none") : now().outcome.queueId,
                           wanted);
        if (what == QLatin1String("open"))
            return compare(what, yesNo(m_session->isOpen()), wanted);
        if (what == QLatin1String("closed"))
            return compare(what, yesNo(m_closed), wanted);
        if (what == QLatin1String("encrypted"))
            return compare(what, yesNo(!now().outcome.tls.isEmpty()), wanted);
        if (what == QLatin1String("committed"))
            return compare(what, yesNo(now().commits == 1), wanted);
        if (what == QLatin1String("success"))
            return compare(what, yesNo(now().outcome.isSuccess()), wanted);
        if (what == QLatin1String("needs-person"))
            return compare(what, yesNo(Delivery::needsPerson(now().outcome)), wanted);
        if (what == QLatin1String("reply"))
            return compare(what, now().outcome.reply.toString(), rest);
        if (what == QLatin1String("reply-of")) {
            const RecipientResult *result = resultOf(wanted);
            return compare(what, result ? result->reply.toString() : QString(),
                           rest.mid(wanted.size()).trimmed());
        }
        if (what == QLatin1String("enhanced"))
            return compare(what,
                           now().outcome.reply.enhanced().isEmpty() ? QStringLiteral("none")
                                                                    : now().outcome.reply.enhanced(),
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
            result->reply.isNull() ? now().outcome.scope : Delivery::scopeOf(result->stage, result->reply);
        compare(QStringLiteral("scope of ") + address, Delivery::name(reach), scope);
    }

    const RecipientResult *resultOf(const QString &address) const
    {
        const auto found =
            std::find_if(now().outcome.recipients.begin(), now().outcome.recipients.end(),
                         [&address](const RecipientResult &each) { return each.address == address; });
        return found == now().outcome.recipients.end() ? nullptr : &*found;
    }

    bool transcriptHas(const QString &text) const
    {
        const QList<Delivery::TranscriptLine> said = lines();
        return std::any_of(said.begin(), said.end(), [&text](const Delivery::TranscriptLine &line) {
            return line.text.contains(text);
        });
    }

    const Dialogue &m_dialogue;
    Cut m_cut;
    FakeClock m_clock;
    NoStore m_store;
    ScriptedConnection *m_connection = nullptr;
    std::unique_ptr<Smtp::Session> m_session;
    std::map<quint64, State> m_states;           ///< of every letter, by its number; of a rehearsal under 0
    std::deque<std::function<void()>> m_records; ///< asked for and not answered
    quint64 m_last = 0;                          ///< the letter given last
    quint64 m_judged = 0;                        ///< the one that is looked at
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
