// Everything a search can hint at has its sentence and its advice, and the help names every token.

#include "ui/common/explainsearch.h"

#include <QtTest>

using namespace Ui;

class TestExplainSearch : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void everyHintHasItsWords();
    void theHelpNamesEveryToken();
    void theHelpIsTrue();
};

void TestExplainSearch::everyHintHasItsWords()
{
    QSet<QString> headlines;
    for (const Store::SearchHint::Kind kind : Store::allSearchHints()) {
        const Explanation words = explain(Store::SearchHint{kind, QStringLiteral("qqq")});
        QVERIFY(words.headline.endsWith(QLatin1Char('.')));
        QVERIFY(!words.advice.isEmpty());
        QVERIFY(words.headline.contains(QLatin1String("qqq")) || kind == Store::SearchHint::Kind::TooLong);
        headlines.insert(words.headline);
    }
    QCOMPARE(headlines.size(), Store::allSearchHints().size());
}

void TestExplainSearch::theHelpNamesEveryToken()
{
    for (const QString &token : Store::searchTokens())
        QVERIFY2(searchHelp().contains(token + QLatin1Char(':')), qPrintable(token));
}

// What the help and the advice give as examples is understood.
void TestExplainSearch::theHelpIsTrue()
{
    static const QRegularExpression example(QStringLiteral("\\b[a-z]+:[^\\s,.;·]+"));
    QString text = searchHelp();
    for (const Store::SearchHint::Kind kind : Store::allSearchHints()) {
        if (kind != Store::SearchHint::Kind::UnknownThing) // shows what was wrong
            text += QLatin1Char('\n') + explain(Store::SearchHint{kind, {}}).advice;
    }
    int examples = 0;
    for (auto it = example.globalMatch(text); it.hasNext(); ++examples) {
        const QString typed = it.next().captured();
        QVERIFY2(Store::parseSearch(typed, QDate(2026, 11, 22)).hints.isEmpty(), qPrintable(typed));
    }
    QVERIFY(examples >= 10);
}

QTEST_GUILESS_MAIN(TestExplainSearch)
#include "tst_explainsearch.moc"
