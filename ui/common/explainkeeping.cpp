#include "ui/common/explainkeeping.h"

#include <QCoreApplication>
#include <QDir>
#include <QFileInfo>

namespace Ui {

namespace {

struct ExplainKeeping
{
    Q_DECLARE_TR_FUNCTIONS(Ui::ExplainKeeping)
};

using Tr = ExplainKeeping;

QString written(const Store::ExportReport &report)
{
    if (report.written == 0)
        return Tr::tr("No message was exported.");
    if (report.written < report.wanted)
        return Tr::tr("%1 of %2 messages were exported.").arg(report.written).arg(report.wanted);
    return report.written == 1 ? Tr::tr("1 message was exported.")
                               : Tr::tr("%n messages were exported.", nullptr, report.written);
}

} // namespace

Explanation explain(const Store::ExportReport &report)
{
    Explanation explanation{written(report), {}, {}};
    if (report.stopped) {
        const Explanation why = explain(*report.stopped);
        explanation.headline += QLatin1Char(' ') + why.headline;
        explanation.advice = why.advice;
        explanation.words = why.words;
    } else if (report.cancelled) {
        explanation.advice = report.written > 0 ? Tr::tr("You stopped it. What was written stays.")
                                                : Tr::tr("You stopped it. Nothing was left behind.");
    } else if (!report.left.isEmpty()) {
        explanation.advice =
            Tr::tr("The message “%1” could not be read: %2", "its number, a sentence why")
                .arg(report.left.first().message.toString(), explain(report.left.first().problem).headline);
    } else if (!report.file.isEmpty()) {
        explanation.advice =
            QDir::toNativeSeparators(report.written == 1 || !report.file.endsWith(QLatin1String(".eml"))
                                         ? report.file
                                         : QFileInfo(report.file).path());
    } else {
        explanation.advice = Tr::tr("There was nothing to export.");
    }
    return explanation;
}

Explanation explain(const Store::SentCopy &copy)
{
    if (!copy.problem)
        return {};
    const Explanation why = explain(*copy.problem);
    return {Tr::tr("It was sent, but its copy is missing. %1", "a sentence why").arg(why.headline),
            Tr::tr("It is tried again every hour. %1", "what to do").arg(why.advice), why.words};
}

} // namespace Ui
