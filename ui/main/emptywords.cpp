#include "ui/main/emptywords.h"

#include <QCoreApplication>

namespace Ui {

namespace {

struct EmptyWords
{
    Q_DECLARE_TR_FUNCTIONS(Ui::EmptyWords)
};

} // namespace

Explanation emptyWords(Folder folder)
{
    switch (folder) {
    case Folder::Outbox:
        return {EmptyWords::tr("The Outbox is empty."),
                EmptyWords::tr("What you send waits here until the server took it. Ctrl+N writes a letter."),
                {}};
    case Folder::Scheduled:
        return {EmptyWords::tr("Nothing is scheduled."),
                EmptyWords::tr("What you send later waits here for its time."),
                {}};
    case Folder::Waiting:
        return {EmptyWords::tr("Nothing waits."),
                EmptyWords::tr("Messages stand here until it is their turn."),
                {}};
    case Folder::Retrying:
        return {EmptyWords::tr("Nothing has to be tried again."),
                EmptyWords::tr(
                    "When a server says “later”, the message comes here and is tried again by itself."),
                {}};
    case Folder::Held:
        return {EmptyWords::tr("Nothing is held back."),
                EmptyWords::tr("Hold keeps a message here until you release it."),
                {}};
    case Folder::Uncertain:
        return {EmptyWords::tr("Nothing is uncertain."),
                EmptyWords::tr(
                    "When a connection breaks at the very end, the message comes here and you decide."),
                {}};
    case Folder::Sent:
        return {EmptyWords::tr("Nothing was sent yet."),
                EmptyWords::tr("Here will be what servers took, each with its transcript."),
                {}};
    case Folder::Failed:
        return {EmptyWords::tr("Nothing failed."),
                EmptyWords::tr("What was refused comes here, with the reason and what to do."),
                {}};
    case Folder::Cancelled:
        return {EmptyWords::tr("Nothing was cancelled."),
                EmptyWords::tr("What you cancel before it is sent comes here."),
                {}};
    case Folder::Drafts:
    case Folder::Accounts:
        break;
    }
    return {};
}

} // namespace Ui
