#pragma once

// What a person typed into a search field, understood: words, "phrases", -not, and tokens (to: from: subject:
// body: status: account: before: after: has:). Every text is a query; what is not understood is told in a
// hint and left out. Nothing typed becomes SQL or the index's own language: see expressionFor(). Looking it
// up is left to Finder, words for the hints to ui/common/explainsearch.

#include "core/delivery/status.h"

#include <QDate>
#include <QDateTime>
#include <QStringList>

#include <functional>
#include <optional>

namespace Store {

/// What about a search a person should know.
struct SearchHint
{
    enum class Kind {
        UnknownToken,  ///< "foo:" is none; looked for as text
        UnknownState,  ///< status: with no state's word; left out
        UnknownThing,  ///< has: with what no message can have; left out
        BadDate,       ///< before: or after: with no date; left out
        NoValue,       ///< a token with nothing behind it; left out
        NothingToFind, ///< neither a letter nor a digit; left out
        TooLong,       ///< only the beginning counts
    };

    Kind kind = Kind::UnknownToken;
    QString word; ///< as it was typed, shortened

    friend bool operator==(const SearchHint &, const SearchHint &) = default;
};

QList<SearchHint::Kind> allSearchHints();

struct SearchTerm
{
    enum class Where { Anywhere, Subject, Sender, Recipients, Body };

    QString text;
    Where where = Where::Anywhere;
    bool isPhrase = false; ///< as it stands; else its last word may be the beginning of one
    bool isNegated = false;

    friend bool operator==(const SearchTerm &, const SearchTerm &) = default;
};

struct SearchQuery
{
    QString typed;
    QList<SearchTerm> terms;                             ///< all must be met
    std::optional<QList<Delivery::MessageState>> states; ///< one of these
    QList<Delivery::MessageState> exceptStates;
    QStringList accounts; ///< beginnings of names, without case; one of these
    QStringList exceptAccounts;
    std::optional<bool> hasAttachment;
    std::optional<QDateTime> since;  ///< UTC; written then or later
    std::optional<QDateTime> before; ///< UTC; written earlier
    QList<SearchHint> hints;

    bool isEmpty() const; ///< restricts nothing
    bool hasText() const { return !terms.isEmpty(); }

    friend bool operator==(const SearchQuery &, const SearchQuery &) = default;
};

/// today: what that word means; dates are days of the local time zone.
SearchQuery parseSearch(const QString &typed, const QDate &today);

/// The tokens, without their colons, for help texts.
QStringList searchTokens();

/// The words of the index that begin so, when they are few; nothing when they are many.
using Completions = std::function<std::optional<QStringList>(const QString &beginning)>;

/// The terms in the language of FTS5: every text inside quotes, marks for what has no words. Empty when the
/// query has no terms. The index knows short beginnings; for a longer one FTS5 would gather all places of all
/// words that begin so before it gives the first, so `complete` may name the words instead.
QString expressionFor(const SearchQuery &query, const Completions &complete = {});

/// What stands in the index's column "marks": characters for private use, which no query holds.
inline constexpr QChar everyMark{0xE000};
inline constexpr QChar attachedMark{0xE001};

inline constexpr qsizetype longestSearch = 4'000;   ///< characters that count
inline constexpr qsizetype longestSearchTerm = 200; ///< characters
inline constexpr qsizetype mostSearchTerms = 50;

} // namespace Store
