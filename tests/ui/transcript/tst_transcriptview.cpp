// The transcript as a person sees it: lines with their meaning, live at the end, copied and saved as plain
// text.

#include "tests/ui/support/fakeprompts.h"
#include "ui/settings/preferences.h"
#include "ui/transcript/transcriptview.h"

#include <QCheckBox>
#include <QClipboard>
#include <QFile>
#include <QGuiApplication>
#include <QPushButton>
#include <QTemporaryDir>
#include <QTextDocumentFragment>
#include <QTreeView>
#include <QtTest>

using namespace Ui;

class TestTranscriptView : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void cleanup();
    void showsTheDecidingLine();
    void law9_aTooltipShowsWhatTheServerWrote();
    void growsAtTheEnd();
    void copiesAndSaves();
    void explanationsCanBeHidden();

private:
    Delivery::TranscriptLine line(Delivery::Speaker speaker, const QString &text) const;
    QTreeView *table() const { return m_view->findChild<QTreeView *>(QStringLiteral("transcriptTable")); }

    std::unique_ptr<QTemporaryDir> m_folder;
    std::unique_ptr<Preferences> m_preferences;
    FakePrompts m_prompts;
    std::unique_ptr<TranscriptView> m_view;
};

void TestTranscriptView::init()
{
    m_folder = std::make_unique<QTemporaryDir>();
    m_preferences = std::make_unique<Preferences>(m_folder->filePath(QStringLiteral("s.ini")));
    m_view = std::make_unique<TranscriptView>(*m_preferences, m_prompts);
    Delivery::Transcript transcript;
    transcript.add(line(Delivery::Speaker::Server, QStringLiteral("220 hello")));
    transcript.add(line(Delivery::Speaker::Client, QStringLiteral("RCPT TO:<nobody@b.example>")));
    transcript.add(line(Delivery::Speaker::Server, QStringLiteral("550 5.1.1 <b>No</b> such user")));
    m_view->setTranscript(transcript,
                          {Delivery::Stage::Rcpt,
                           Delivery::Scope::Recipient,
                           Delivery::ServerReply(550, {QStringLiteral("5.1.1 <b>No</b> such user")}),
                           {}});
    m_view->show();
}

void TestTranscriptView::cleanup()
{
    m_view.reset();
}

Delivery::TranscriptLine TestTranscriptView::line(Delivery::Speaker speaker, const QString &text) const
{
    return {speaker, QDateTime::currentDateTimeUtc(), 5, text, 0};
}

void TestTranscriptView::showsTheDecidingLine()
{
    QCOMPARE(table()->currentIndex().row(), 2);
    const QString meaning = table()->model()->index(2, TranscriptModel::Meaning).data().toString();
    QVERIFY(meaning.contains(QStringLiteral("decided"))); // a mark in words, not in colour alone
    QVERIFY(!table()
                 ->model()
                 ->index(1, TranscriptModel::Meaning)
                 .data()
                 .toString()
                 .contains(QStringLiteral("decided")));
}

void TestTranscriptView::law9_aTooltipShowsWhatTheServerWrote()
{
    // A tooltip has no text format of its own: Qt guesses, and would draw the server's markup.
    const QModelIndex said = table()->model()->index(2, TranscriptModel::Said);
    QVERIFY(Qt::mightBeRichText(said.data().toString()));
    const QString tip = said.data(Qt::ToolTipRole).toString();
    QVERIFY(!tip.contains(QStringLiteral("<b>")));
    QCOMPARE(QTextDocumentFragment::fromHtml(tip).toPlainText(), said.data().toString());
}

void TestTranscriptView::growsAtTheEnd()
{
    m_view->append({line(Delivery::Speaker::Client, QStringLiteral("QUIT")),
                    line(Delivery::Speaker::Server, QStringLiteral("221 bye"))});
    QCOMPARE(table()->model()->rowCount(), 5);
    QVERIFY(!table()->model()->index(4, TranscriptModel::Meaning).data().toString().isEmpty());
}

void TestTranscriptView::copiesAndSaves()
{
    m_view->findChild<QPushButton *>(QStringLiteral("copyTranscript"))->click();
    const QString copied = QGuiApplication::clipboard()->text();
    QVERIFY(copied.contains(QStringLiteral("S 550 5.1.1 <b>No</b> such user")));
    QVERIFY(copied.contains(QStringLiteral("C RCPT TO:<nobody@b.example>")));
    m_prompts.saveTo = m_folder->filePath(QStringLiteral("t.txt"));
    m_view->findChild<QPushButton *>(QStringLiteral("saveTranscript"))->click();
    QTRY_VERIFY(QFile::exists(m_prompts.saveTo));
    QFile file(m_prompts.saveTo);
    QVERIFY(file.open(QIODevice::ReadOnly));
    QCOMPARE(QString::fromUtf8(file.readAll()), copied);
}

void TestTranscriptView::explanationsCanBeHidden()
{
    auto *explain = m_view->findChild<QCheckBox *>(QStringLiteral("explain"));
    QVERIFY(!table()->isColumnHidden(TranscriptModel::Meaning));
    explain->setChecked(false);
    QVERIFY(table()->isColumnHidden(TranscriptModel::Meaning));
    QCOMPARE(m_preferences->flag(Preference::ExplainTranscript), false);
}

QTEST_MAIN(TestTranscriptView)
#include "tst_transcriptview.moc"
