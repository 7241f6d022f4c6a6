#pragma once

// Appends to a Maildir that other programs read (cr.yp.to/proto/maildir.html): written whole into tmp,
// fsynced, renamed into cur with the flag S for "seen", the folder fsynced. A file's name follows from its
// message alone, so that whoever does it again after a kill finds that it was done. Folders are never made.

#include "core/base/id.h"
#include "core/base/result.h"
#include "core/message/contentstore.h"

#include <QDateTime>

namespace Store {

class Maildir
{
public:
    /// What is known of a copy before it is made.
    enum class Before {
        NotThere,
        MayBeThere, ///< an earlier run may have been killed behind it: the folder is searched
    };

    explicit Maildir(QString folder)
        : m_folder(std::move(folder))
    {
    }

    /// NotMaildir when it is no folder with tmp, new and cur in it, FileUnwritable when one may not be
    /// written.
    Base::Done check() const;
    /// Line ends are LF, as in all that is delivered into a Maildir. Nothing happens when a file of that name
    /// is found there. NotMaildir, FileUnwritable, DiskFull; what the content store says.
    Base::Done append(const QString &name, const Message::Content &content,
                      const Message::ContentStore &store, Before before) const;

    /// Of the message: the same in every run on this computer.
    static QString fileName(Base::MessageId id, const QDateTime &created, const QByteArray &messageId);

private:
    bool holds(const QString &name) const;
    QString inside(const char *folder) const;

    QString m_folder;
};

} // namespace Store
