#include "ui/common/explainsearch.h"

#include <QCoreApplication>

namespace Ui {

namespace {

struct ExplainSearch
{
    Q_DECLARE_TR_FUNCTIONS(Ui::ExplainSearch)
};

QString tokenList()
{
    QStringList tokens = Store::searchTokens();
    for (QString &token : tokens)
        token += QLatin1Char(':');
    return tokens.join(QLatin1Char(' '));
}

} // namespace

Explanation explain(const Store::SearchHint &hint)
{
    switch (hint.kind) {
    case Store::SearchHint::Kind::UnknownToken:
        return {ExplainSearch::tr("“%1” is looked for as text.").arg(hint.word),
                ExplainSearch::tr("What can stand before a colon: %1").arg(tokenList()),
                {}};
    case Store::SearchHint::Kind::UnknownState:
        return {ExplainSearch::tr("There is no status “%1”; that part is left out.").arg(hint.word),
                ExplainSearch::tr("status: takes queued, sending, deferred, held, sent, partly-sent, failed, "
                                  "uncertain, cancelled, or unsent."),
                {}};
    case Store::SearchHint::Kind::UnknownThing:
        return {ExplainSearch::tr("“has:%1” means nothing here; that part is left out.").arg(hint.word),
                ExplainSearch::tr("has: takes attachment."),
                {}};
    case Store::SearchHint::Kind::BadDate:
        return {ExplainSearch::tr("“%1” is no date; that part is left out.").arg(hint.word),
                ExplainSearch::tr("Write 2026-11-21, 2026-11, 2026, today or yesterday."),
                {}};
    case Store::SearchHint::Kind::NoValue:
        return {ExplainSearch::tr("“%1” needs a word right after it; that part is left out.").arg(hint.word),
                ExplainSearch::tr("For example: to:ada, status:failed, after:yesterday."),
                {}};
    case Store::SearchHint::Kind::NothingToFind:
        return {ExplainSearch::tr("“%1” holds neither a letter nor a digit; that part is left out.")
                    .arg(hint.word),
                ExplainSearch::tr("Signs cannot be looked for; write the words beside them."),
                {}};
    case Store::SearchHint::Kind::TooLong:
        break;
    }
    return {ExplainSearch::tr("That is more than one search takes; only its beginning counts."),
            ExplainSearch::tr("A few words are enough."),
            {}};
}

QString searchHelp()
{
    const QStringList lines{
        ExplainSearch::tr("word — a word, or the beginning of one, in subject, addresses or text"),
        ExplainSearch::tr("\"two words\" — beside each other, as they stand"),
        ExplainSearch::tr("-word — without it; a minus works before everything below, too"),
        ExplainSearch::tr("to:ada · from:me · subject:report · body:agenda"),
        ExplainSearch::tr("status:failed — also queued, sending, deferred, held, sent, partly-sent, "
                          "uncertain, cancelled, unsent"),
        ExplainSearch::tr("account:work — an account, or the beginning of its name"),
        ExplainSearch::tr("after:2026-11-01 · before:2026-12 · after:yesterday — when it was written; after: "
                          "counts the day itself, before: does not"),
        ExplainSearch::tr("has:attachment"),
    };
    return lines.join(QLatin1Char('\n'));
}

} // namespace Ui
