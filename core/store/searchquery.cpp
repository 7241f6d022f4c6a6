#include "core/store/searchquery.h"

#include <algorithm>
#include <array>

namespace Store {

using Delivery::MessageState;
using Kind = SearchHint::Kind;
using Where = SearchTerm::Where;

namespace {

constexpr qsizetype shownOfAWord = 40;           // in a hint
constexpr qsizetype longestIndexedBeginning = 5; // in the table "find"
constexpr char32_t firstIdeograph = 0x2E80;

enum class Token { To, From, Subject, Body, Status, Account, Before, After, Has };

constexpr std::array tokens{
    std::pair{"to", Token::To},           std::pair{"from", Token::From},
    std::pair{"subject", Token::Subject}, std::pair{"body", Token::Body},
    std::pair{"status", Token::Status},   std::pair{"account", Token::Account},
    std::pair{"before", Token::Before},   std::pair{"after", Token::After},
    std::pair{"has", Token::Has},         std::pair{"text", Token::Body},
    std::pair{"state", Token::Status},    std::pair{"is", Token::Status},
    std::pair{"since", Token::After},
};
constexpr std::size_t ownNames = 9; // the others are synonyms

std::optional<Token> tokenNamed(QStringView name)
{
    for (const auto &[word, token] : tokens) {
        if (name.compare(QLatin1String(word), Qt::CaseInsensitive) == 0)
            return token;
    }
    return std::nullopt;
}

QList<MessageState> statesNamed(const QString &word)
{
    using enum MessageState;
    static const QHash<QString, QList<MessageState>> synonyms{
        {QStringLiteral("waiting"), {Undoable, Queued}},
        {QStringLiteral("queued"), {Undoable, Queued}},
        {QStringLiteral("later"), {Scheduled}},
        {QStringLiteral("sending"), {Sending}},
        {QStringLiteral("retrying"), {Deferred}},
        {QStringLiteral("paused"), {Held}},
        {QStringLiteral("partly"), {PartlySent}},
        {QStringLiteral("partial"), {PartlySent}},
        {QStringLiteral("refused"), {Failed}},
        {QStringLiteral("canceled"), {Cancelled}},
        {QStringLiteral("pending"), {Undoable, Queued, Deferred}},
        {QStringLiteral("unsent"), {Undoable, Scheduled, Queued, Sending, Deferred, Held}},
    };
    QString key = word.toLower();
    key.replace(QLatin1Char(' '), QLatin1Char('-')).replace(QLatin1Char('_'), QLatin1Char('-'));
    if (const auto found = synonyms.constFind(key); found != synonyms.constEnd())
        return *found;
    const std::optional<MessageState> state = Delivery::messageStateFromKey(key);
    return state ? QList<MessageState>{*state} : QList<MessageState>();
}

/// The first day it names: "2026-11-21", "2026-11", "2026", "today", "yesterday".
std::optional<QDate> dayNamed(const QString &word, const QDate &today)
{
    const QString key = word.toLower();
    if (key == QLatin1String("today"))
        return today;
    if (key == QLatin1String("yesterday"))
        return today.addDays(-1);
    const QStringList parts = key.split(QLatin1Char('-'));
    if (parts.size() > 3 || parts.first().size() != 4)
        return std::nullopt;
    std::array numbers{0, 1, 1};
    for (qsizetype i = 0; i < parts.size(); ++i) {
        const QString &part = parts.at(i);
        const bool digits = std::all_of(
            part.begin(), part.end(), [](QChar c) { return c >= QLatin1Char('0') && c <= QLatin1Char('9'); });
        if (part.isEmpty() || part.size() > 4 || !digits)
            return std::nullopt;
        numbers.at(static_cast<std::size_t>(i)) = part.toInt();
    }
    const QDate day(numbers[0], numbers[1], numbers[2]);
    return day.isValid() ? std::optional(day) : std::nullopt;
}

/// What the index takes for a part of a word.
bool isWordCharacter(char32_t c)
{
    return QChar::isLetterOrNumber(c);
}

bool hasWord(const QString &text)
{
    const QList<uint> characters = text.toUcs4();
    return std::any_of(characters.begin(), characters.end(), isWordCharacter);
}

/// Only what is text: no control, no half a character, nothing of the private use that marks have.
QString cleaned(const QString &typed)
{
    QString out;
    const QList<uint> characters = typed.left(longestSearch).toUcs4();
    for (const char32_t c : characters) {
        const QChar::Category category = QChar::category(c);
        const bool dropped = category == QChar::Other_Control || category == QChar::Other_Surrogate ||
                             category == QChar::Other_PrivateUse || category == QChar::Other_NotAssigned;
        out += dropped ? QStringLiteral(" ") : QString::fromUcs4(&c, 1);
    }
    return out;
}

bool isQuote(QChar c)
{
    return c == QLatin1Char('"') || c == QChar(0x201C) || c == QChar(0x201D) || c == QChar(0x201E);
}

class Parser
{
public:
    Parser(const QString &typed, const QDate &today)
        : m_text(cleaned(typed))
        , m_today(today)
    {
        m_query.typed = typed.left(longestSearch);
        if (typed.size() > longestSearch)
            hint(Kind::TooLong, {});
    }

    SearchQuery parse()
    {
        for (skipSpaces(); m_at < m_text.size(); skipSpaces())
            parseOne();
        return m_query;
    }

private:
    struct Value
    {
        QString text;
        bool isPhrase = false;
    };

    void skipSpaces()
    {
        while (m_at < m_text.size() && m_text.at(m_at).isSpace())
            ++m_at;
    }

    void hint(Kind kind, const QString &word)
    {
        const SearchHint hint{kind, word.left(shownOfAWord)};
        if (!m_query.hints.contains(hint) && m_query.hints.size() < mostSearchTerms)
            m_query.hints.append(hint);
    }

    /// The name of a token that begins here, up to its colon; empty when none does.
    QStringView tokenHere(qsizetype at) const
    {
        qsizetype end = at;
        while (end < m_text.size() && m_text.at(end).isLetter())
            ++end;
        if (end == at || end >= m_text.size() || m_text.at(end) != QLatin1Char(':'))
            return {};
        return QStringView(m_text).mid(at, end - at);
    }

    Value takeValue()
    {
        Value value;
        value.isPhrase = m_at < m_text.size() && isQuote(m_text.at(m_at));
        if (value.isPhrase)
            ++m_at;
        const qsizetype begin = m_at;
        while (m_at < m_text.size() &&
               !(value.isPhrase ? isQuote(m_text.at(m_at)) : m_text.at(m_at).isSpace()))
            ++m_at;
        value.text = m_text.mid(begin, m_at - begin);
        if (value.isPhrase)
            ++m_at; // the closing one, or the end
        return value;
    }

    void parseOne()
    {
        const bool negated =
            m_text.at(m_at) == QLatin1Char('-') && m_at + 1 < m_text.size() && !m_text.at(m_at + 1).isSpace();
        if (negated)
            ++m_at;
        const QStringView name = tokenHere(m_at);
        const std::optional<Token> token = tokenNamed(name);
        if (!token) {
            const qsizetype behind = m_at + name.size() + 1;
            const bool looksMeant = name.size() > 1 && behind < m_text.size() &&
                                    !m_text.at(behind).isSpace() && m_text.at(behind) != QLatin1Char('/');
            if (looksMeant)
                hint(Kind::UnknownToken, name.toString() + QLatin1Char(':'));
            return addTerm(takeValue(), Where::Anywhere, negated);
        }
        const QString typed = name.toString() + QLatin1Char(':');
        m_at += typed.size();
        const qsizetype behind = m_at;
        skipSpaces(); // "to: ada" means the same
        if (!tokenHere(m_at).isEmpty() && m_at > behind && tokenNamed(tokenHere(m_at)))
            return hint(Kind::NoValue, typed);
        const Value value = takeValue();
        if (value.text.trimmed().isEmpty())
            return hint(Kind::NoValue, typed);
        apply(*token, value, negated);
    }

    void apply(Token token, const Value &value, bool negated)
    {
        switch (token) {
        case Token::To:
            return addTerm(value, Where::Recipients, negated);
        case Token::From:
            return addTerm(value, Where::Sender, negated);
        case Token::Subject:
            return addTerm(value, Where::Subject, negated);
        case Token::Body:
            return addTerm(value, Where::Body, negated);
        case Token::Status:
            return addStates(value.text, negated);
        case Token::Account:
            return (negated ? m_query.exceptAccounts : m_query.accounts).append(value.text.trimmed());
        case Token::Before:
            return addDay(value.text, negated);
        case Token::After:
            return addDay(value.text, !negated);
        case Token::Has:
            return addThing(value.text, negated);
        }
    }

    void addTerm(const Value &value, Where where, bool negated)
    {
        if (!hasWord(value.text))
            return hint(Kind::NothingToFind, value.text);
        if (value.text.size() > longestSearchTerm || m_query.terms.size() >= mostSearchTerms)
            hint(Kind::TooLong, {});
        const SearchTerm term{value.text.left(longestSearchTerm), where, value.isPhrase, negated};
        // The cut may leave only what precedes the first word.
        if (m_query.terms.size() < mostSearchTerms && hasWord(term.text))
            m_query.terms.append(term);
    }

    void addStates(const QString &words, bool negated)
    {
        for (const QString &word : words.split(QLatin1Char(','), Qt::SkipEmptyParts)) {
            const QList<MessageState> named = statesNamed(word.trimmed());
            if (named.isEmpty())
                hint(Kind::UnknownState, word.trimmed());
            else if (negated)
                m_query.exceptStates += named;
            else
                m_query.states = m_query.states.value_or(QList<MessageState>()) + named;
        }
    }

    void addDay(const QString &word, bool isBeginning)
    {
        const std::optional<QDate> day = dayNamed(word.trimmed(), m_today);
        if (!day)
            return hint(Kind::BadDate, word.trimmed());
        const QDateTime begin = day->startOfDay().toUTC();
        if (isBeginning)
            m_query.since = m_query.since ? std::max(*m_query.since, begin) : begin;
        else
            m_query.before = m_query.before ? std::min(*m_query.before, begin) : begin;
    }

    void addThing(const QString &word, bool negated)
    {
        static const QStringList attachment{QStringLiteral("attachment"), QStringLiteral("attachments"),
                                            QStringLiteral("file"), QStringLiteral("files")};
        if (attachment.contains(word.trimmed().toLower()))
            m_query.hasAttachment = !negated;
        else
            hint(Kind::UnknownThing, word.trimmed());
    }

    QString m_text;
    QDate m_today;
    qsizetype m_at = 0;
    SearchQuery m_query;
};

QString columnOf(Where where)
{
    switch (where) {
    case Where::Anywhere:
        break;
    case Where::Subject:
        return QStringLiteral("subject : ");
    case Where::Sender:
        return QStringLiteral("sender : ");
    case Where::Recipients:
        return QStringLiteral("recipients : ");
    case Where::Body:
        return QStringLiteral("body : ");
    }
    return {};
}

/// A single letter begins so many words that it stands for itself, but where one writes a word in one.
bool mayBeABeginning(const QString &text)
{
    const QList<uint> characters = text.toUcs4();
    const auto last = std::find_if(characters.rbegin(), characters.rend(), isWordCharacter);
    const auto before = std::find_if_not(last, characters.rend(), isWordCharacter);
    return before - last > 1 || (last != characters.rend() && *last >= firstIdeograph);
}

QString quoted(QString text)
{
    text.replace(QLatin1Char('"'), QStringLiteral("\"\""));
    return QLatin1Char('"') + text + QLatin1Char('"');
}

QString marked(QChar mark)
{
    return QStringLiteral("marks : ") + quoted(QString(mark));
}

/// Longer than the beginnings that are in the index, and spelled there as it is typed.
bool isLongBeginning(const QString &text)
{
    return text.size() > longestIndexedBeginning && std::all_of(text.begin(), text.end(), [](QChar c) {
               return c.unicode() < 0x80 && c.isLetterOrNumber();
           });
}

QString expressionFor(const SearchTerm &term, const Completions &complete)
{
    const bool open = !term.isPhrase && mayBeABeginning(term.text);
    if (open && complete && isLongBeginning(term.text)) {
        std::optional<QStringList> words = complete(term.text.toLower());
        if (words && !words->isEmpty()) {
            std::transform(words->begin(), words->end(), words->begin(), quoted);
            return columnOf(term.where) + QStringLiteral("(%1)").arg(words->join(QStringLiteral(" OR ")));
        }
    }
    return columnOf(term.where) + quoted(term.text) + (open ? QStringLiteral("*") : QString());
}

} // namespace

QList<SearchHint::Kind> allSearchHints()
{
    return {Kind::UnknownToken, Kind::UnknownState,  Kind::UnknownThing, Kind::BadDate,
            Kind::NoValue,      Kind::NothingToFind, Kind::TooLong};
}

QStringList searchTokens()
{
    QStringList names;
    for (std::size_t i = 0; i < ownNames; ++i)
        names.append(QString::fromLatin1(tokens.at(i).first));
    return names;
}

bool SearchQuery::isEmpty() const
{
    return terms.isEmpty() && !states && exceptStates.isEmpty() && accounts.isEmpty() &&
           exceptAccounts.isEmpty() && !hasAttachment && !since && !before;
}

SearchQuery parseSearch(const QString &typed, const QDate &today)
{
    return Parser(typed, today).parse();
}

QString expressionFor(const SearchQuery &query, const Completions &complete)
{
    if (!query.hasText())
        return {};
    QStringList wanted;
    QStringList unwanted;
    for (const SearchTerm &term : query.terms)
        (term.isNegated ? unwanted : wanted).append(expressionFor(term, complete));
    if (query.hasAttachment)
        (*query.hasAttachment ? wanted : unwanted).append(marked(attachedMark));
    if (wanted.isEmpty())
        wanted.append(marked(everyMark)); // NOT needs something to take away from
    QString expression = wanted.join(QStringLiteral(" AND "));
    if (!unwanted.isEmpty())
        expression = QStringLiteral("(%1) NOT (%2)").arg(expression, unwanted.join(QStringLiteral(" OR ")));
    return expression;
}

} // namespace Store
