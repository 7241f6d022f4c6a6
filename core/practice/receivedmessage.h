#pragma once

// A message the practice server was given: the envelope, and the content as it was before dot-stuffing. No
// password.

#include <QByteArray>
#include <QDateTime>
#include <QList>
#include <QString>

namespace Practice {

struct ReceivedMessage
{
    qint64 number = 0;  ///< counts from 1 over the server's life
    int connection = 0; ///< the number that PracticeServer::line() carries
    QDateTime when;     ///< UTC
    QByteArray helo;    ///< the name the client gave itself
    QString user;       ///< who signed in; empty: nobody
    bool encrypted = false;
    QByteArray reversePath;                ///< without the angle brackets; empty: the null reverse-path
    QList<QByteArray> mailParameters;      ///< as sent: "SIZE=120"
    QList<QByteArray> forwardPaths;        ///< the accepted ones, without the angle brackets
    QList<QByteArray> recipientParameters; ///< one line for each of forwardPaths: "NOTIFY=NEVER ORCPT=…"
    QByteArray content;                    ///< with CRLF line ends; the beginning only if isTruncated()
    qint64 contentSize = 0;                ///< octets received, dot-stuffing undone

    bool isTruncated() const { return content.size() < contentSize; }
};

} // namespace Practice
