#pragma once

// What messages are to be written into files, and what came of it: plain values.

#include "core/store/rows.h"

namespace Store {

struct ExportWish
{
    enum class Form {
        Eml,  ///< a file for each, octet by octet as it went out
        Mbox, ///< all in one file: RFC 4155, quoted as mboxrd
    };

    Form form = Form::Eml;
    QString path;                              ///< of the folder, or of the file
    std::optional<QList<Base::MessageId>> ids; ///< none: all that the filter lets through
    Filter filter;
    bool withEnvelope = false; ///< adds X-Envelope-From and X-Envelope-To, and so names who got a Bcc (law 2)
    bool replace = false;      ///< Mbox: a file that is there was meant
};

struct ExportProgress
{
    int done = 0;  ///< messages
    int total = 0; ///< of them; 0 while they are being found
    int percent = 0;
};

struct ExportReport
{
    /// One that cannot be read, or is not there any more.
    struct Left
    {
        Base::MessageId message;
        Base::Error problem;
    };

    int wanted = 0;
    int written = 0; ///< with an mbox that was not finished: none
    QString file;    ///< of the last message, or the mbox; empty: none was written
    QList<Left> left;
    std::optional<Base::Error> stopped; ///< why it ended early
    bool cancelled = false;

    bool isComplete() const { return written == wanted && !stopped && !cancelled; }
};

} // namespace Store

Q_DECLARE_METATYPE(Store::ExportProgress)
