#pragma once

// Where large parts of a content lie, as the rooms above and below see it: the spool implements it.

#include "core/message/outgoingmessage.h"

#include <memory>

class QIODevice;

namespace Message {

class ContentStore
{
public:
    virtual ~ContentStore() = default;
    /// Reads source to its end and keeps it durably. DiskFull, FileUnwritable, FileUnreadable.
    virtual Base::Result<SpoolRef> put(QIODevice &source) = 0;
    /// Opened for reading; FileMissing when it is gone, FileChanged when its size is another.
    virtual Base::Result<std::unique_ptr<QIODevice>> open(const SpoolRef &ref) const = 0;
};

} // namespace Message
