#pragma once

// One conversation as a text file (tests/dialogues/README.md): what the server says, what the client must
// say, what happens in between, and what must come out. It promises that a line it does not understand is an
// error, so that no expectation is ever skipped. Playing it is left to ScriptedConnection and DialogueRunner.

#include "core/base/result.h"
#include "core/smtp/session.h"

#include <QByteArray>
#include <QList>
#include <QStringList>

namespace Support {

/// How the server's bytes are cut on their way to the client.
enum class Cut { Whole, Line, Byte };

QList<Cut> allCuts();
QString name(Cut cut); ///< "whole", "by line", "by byte"

struct Step
{
    enum class Kind {
        Server,  ///< S: bytes of the server, part of the segment with those beside it
        Client,  ///< C: what the client must say
        Event,   ///< S! something that happens on the wire
        Program, ///< C! something the program around the session does
        Expect,  ///< = what must have come out
    };

    Kind kind = Kind::Server;
    int line = 0;    ///< in the file, from 1
    QString text;    ///< as it stands in the file
    QByteArray wire; ///< Server, Client: the bytes; Event, Program, Expect: empty
    QStringList words;
};

struct Dialogue
{
    QString file;
    Smtp::SessionOptions options;
    Message::Envelope envelope;
    QByteArray endPointBinding; ///< of the connection, once encrypted; empty: undefined
    QByteArray content;         ///< as it lies in the spool, CRLF line ends
    bool rehearsal = false;     ///< no letter: connect, greet, encrypt, sign in
    bool commitFails = false;
    QList<Cut> cuts = allCuts();
    QList<Step> steps;

    /// BadMessage: `detail` is "file:line: what is wrong with it".
    static Base::Result<Dialogue> parse(const QByteArray &text, const QString &file);
    static Base::Result<Dialogue> read(const QString &file);

    /// The content as it must look on the wire, final dot and all; made here, not by the code under test.
    QByteArray contentOnWire() const;
    /// The content as it is in a BDAT: no dot doubled, no dot behind it.
    QByteArray chunk() const;
    /// Of those that a large content is parted into, counted from 1.
    QByteArray chunk(int number) const;
    /// The content as pieces: one, one a line, or one an octet (a big one: of 997 octets).
    Message::Content pieces(Cut cut) const;
};

} // namespace Support
