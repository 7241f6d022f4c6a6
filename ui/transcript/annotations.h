#pragma once

// What each line of an SMTP conversation means, in a few words. Knows which command a reply answers, also
// when several were sent at once (RFC 2920). No widgets: `transcript --explain` uses it too.

#include "core/delivery/reason.h"
#include "core/delivery/transcript.h"

#include <QList>
#include <QString>

namespace Ui {

class Annotator
{
public:
    /// The next line, in order. Empty when there is nothing to add.
    QString annotate(const Delivery::TranscriptLine &line);

private:
    struct Asked
    {
        QString
            verb; ///< upper case: "EHLO", "RCPT"; "." for the content, "****" for an answer that is not shown
        QString rest;
    };

    QString annotateClient(const QString &text);
    QString annotateServer(const QString &text);
    QString reply(const Asked &asked, const Delivery::ServerReply &reply, bool first) const;

    QList<Asked> m_asked;
    Asked m_last; ///< the one answered last
    bool m_greeted = false;
    bool m_within = false; ///< inside a reply of several lines
};

/// All of them, one text a line.
QStringList annotate(const QList<Delivery::TranscriptLine> &lines);

/// Index of the line that decided, as the reason tells it; -1: none.
int decidingLine(const QList<Delivery::TranscriptLine> &lines, const Delivery::Reason &reason);

} // namespace Ui
