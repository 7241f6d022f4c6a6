#include "app/commands/export.h"

#include "app/commands/command.h"
#include "app/terminal.h"
#include "ui/common/explain.h"

#include <QFileInfo>
#include <QJsonArray>
#include <QJsonObject>

namespace App {

namespace {

const QString command = QStringLiteral("outbox");

QJsonObject toJson(const Store::ExportReport &report)
{
    QJsonArray left;
    for (const Store::ExportReport::Left &each : report.left)
        left.append(QJsonObject{{QStringLiteral("id"), each.message.toString()},
                                {QStringLiteral("error"), Base::name(each.problem.kind)}});
    return {{QStringLiteral("wanted"), report.wanted},
            {QStringLiteral("written"), report.written},
            {QStringLiteral("file"), report.file.isEmpty() ? QJsonValue() : QJsonValue(report.file)},
            {QStringLiteral("left"), left},
            {QStringLiteral("error"),
             report.stopped ? QJsonValue(Base::name(report.stopped->kind)) : QJsonValue()}};
}

void tell(const Store::ExportReport &report)
{
    for (const Store::ExportReport::Left &each : report.left)
        Terminal::complain(tr("Message %1 was left out: %2")
                               .arg(each.message.toString(), Ui::explain(each.problem).headline));
    if (report.stopped)
        Terminal::complain(*report.stopped);
}

} // namespace

void addExportOptions(QCommandLineParser &parser)
{
    parser.addOption(
        {QStringLiteral("all"), tr("export: every message there is; hold, release: through whatever account; "
                                   "resend: to everybody, also those who have it.")});
    parser.addOption({QStringLiteral("to"), tr("export: a file for each message (.eml), in this folder."),
                      QStringLiteral("DIR")});
    parser.addOption({QStringLiteral("mbox"),
                      tr("export: all in one new file, as many mail programs read it (mboxrd)."),
                      QStringLiteral("FILE")});
    parser.addOption(
        {QStringLiteral("with-envelope"),
         tr("export: tells sender and recipients as X-Envelope-From and X-Envelope-To; this names "
            "those of blind copies, too.")});
}

std::optional<int> checkExport(const QCommandLineParser &parser, bool hasIds)
{
    const bool filtered = parser.isSet(QStringLiteral("state")) || parser.isSet(QStringLiteral("account")) ||
                          parser.isSet(QStringLiteral("search"));
    if (parser.isSet(QStringLiteral("to")) == parser.isSet(QStringLiteral("mbox")))
        return usageError(command, tr("export needs either --to DIR or --mbox FILE."));
    if (hasIds && (filtered || parser.isSet(QStringLiteral("all"))))
        return usageError(command,
                          tr("Name messages by their ids, or by --all, --state, --account and --search; "
                             "not both."));
    if (!hasIds && !filtered && !parser.isSet(QStringLiteral("all")))
        return usageError(command,
                          tr("Which messages? Give their ids, --all, --state, --account or --search."));
    return std::nullopt;
}

int runExport(Office &office, const QCommandLineParser &parser, const Store::Filter &filter,
              const QList<Base::MessageId> &ids)
{
    Store::ExportWish wish;
    const bool mbox = parser.isSet(QStringLiteral("mbox"));
    wish.form = mbox ? Store::ExportWish::Form::Mbox : Store::ExportWish::Form::Eml;
    wish.path =
        QFileInfo(parser.value(mbox ? QStringLiteral("mbox") : QStringLiteral("to"))).absoluteFilePath();
    wish.filter = filter;
    if (!ids.isEmpty())
        wish.ids = ids;
    wish.withEnvelope = parser.isSet(QStringLiteral("with-envelope"));
    const Store::ExportReport report = await(office.mailroom().exportMessages(wish));
    tell(report);
    if (parser.isSet(QStringLiteral("json")))
        Terminal::print(QJsonDocument(toJson(report)));
    else
        Terminal::say(tr("%1 of %2 messages were written to %3.")
                          .arg(report.written)
                          .arg(report.wanted)
                          .arg(wish.path));
    if (report.stopped)
        return exitCodeFor(*report.stopped);
    return report.left.isEmpty() ? static_cast<int>(Ok) : exitCodeFor(report.left.first().problem);
}

} // namespace App
