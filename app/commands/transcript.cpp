// `postrider transcript ID`: the conversation of an attempt, as it was recorded; with --explain beside each
// line what it means.

#include "app/commands/command.h"
#include "app/office.h"
#include "app/terminal.h"
#include "ui/transcript/annotations.h"

#include <QJsonArray>

namespace App {

namespace {

constexpr qsizetype widestLine = 72;

void printExplained(const Delivery::Transcript &transcript, const Delivery::Reason &reason)
{
    const QList<Delivery::TranscriptLine> lines = transcript.lines();
    const QStringList words = Ui::annotate(lines);
    const int deciding = Ui::decidingLine(lines, reason);
    for (qsizetype i = 0; i < lines.size(); ++i) {
        Delivery::Transcript one;
        one.add(lines.at(i));
        QString line = one.toText().trimmed().leftJustified(widestLine);
        if (!words.at(i).isEmpty())
            line += QStringLiteral("  — ") + words.at(i);
        if (i == deciding)
            line += tr("  ◀ this decided it");
        Terminal::say(line.trimmed());
    }
}

} // namespace

int runTranscript(const Base::Paths &paths, const QStringList &arguments)
{
    const QString command = QStringLiteral("transcript");
    QCommandLineParser parser;
    parser.setApplicationDescription(tr("transcript ID [--attempt N] [--json] [--explain]"));
    parser.addOption(
        {QStringLiteral("attempt"), tr("Which attempt; without it the last."), QStringLiteral("N")});
    parser.addOption({QStringLiteral("json"), tr("Prints one JSON document and nothing else.")});
    parser.addOption({QStringLiteral("explain"), tr("Says beside each line what it means.")});
    if (const std::optional<int> over = parse(parser, command, arguments))
        return *over;
    const QStringList words = parser.positionalArguments();
    const auto id = Base::MessageId::fromString(words.value(0));
    if (words.size() != 1 || !id.isValid())
        return usageError(command,
                          tr("Which message? Its id is a number; \"postrider outbox list\" tells it."));
    int number = 0;
    if (parser.isSet(QStringLiteral("attempt"))) {
        number = parser.value(QStringLiteral("attempt")).toInt();
        if (number < 1)
            return usageError(command, tr("Attempts are counted from 1."));
    }
    Office office(paths);
    if (const Base::Done done = office.open(Work::Enter); !done) {
        Terminal::complain(done.error());
        return exitCodeFor(done.error());
    }
    const Base::Result<Store::MessageDetails> details = office.query().details(id);
    const Base::Result<Delivery::Transcript> transcript = office.query().transcript(id, number);
    if (!details || !transcript) {
        const Base::Error error = details ? transcript.error() : details.error();
        Terminal::complain(error);
        return exitCodeFor(error);
    }
    if (parser.isSet(QStringLiteral("json")))
        Terminal::print(QJsonDocument(transcript->toJson()));
    else if (parser.isSet(QStringLiteral("explain")))
        printExplained(*transcript, details->message.reason);
    else
        Terminal::say(transcript->toText().trimmed());
    return Ok;
}

} // namespace App
