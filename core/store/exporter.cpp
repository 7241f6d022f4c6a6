#include "core/store/exporter.h"

#include "core/base/atomicfile.h"
#include "core/message/contentreader.h"
#include "core/message/localtext.h"
#include "core/store/spool.h"

#include <QElapsedTimer>
#include <QFileInfo>
#include <QLocale>
#include <QTemporaryFile>

#include <filesystem>
#include <limits>

namespace Store {

using Base::Done;
using Base::Error;
using Base::ErrorKind;
using Base::MessageId;
using Message::LocalText;

namespace {

constexpr qint64 tellEvery = 100;        // ms
constexpr qsizetype longestSubject = 60; // characters of it in a file's name
constexpr qsizetype mostOctets = 150;    // of them; names end at 255

/// What ended the writing of one message.
struct Trouble
{
    enum class Of { Nothing, Message, Disk, End };
    Of of = Of::Nothing;
    Error error;
};

class Run
{
public:
    Run(const Books &books, const ExportWish &wish, const std::atomic<bool> &end, const Exporter::Told &told)
        : m_wish(wish)
        , m_spool(books.spool)
        , m_end(end)
        , m_told(told)
        , m_opened(m_query.open(books.database, books.spool))
    {
    }

    ExportReport run()
    {
        const Base::Result<QList<MessageId>> ids = find();
        if (!ids) {
            m_report.stopped = ids.error();
            return m_report;
        }
        m_report.wanted = static_cast<int>(ids->size());
        m_lastTold.start();
        m_told({0, m_report.wanted, 0});
        if (m_wish.form == ExportWish::Form::Mbox)
            writeMbox(*ids);
        else
            writeFiles(*ids);
        return m_report;
    }

private:
    /// The oldest first, as they were sent.
    Base::Result<QList<MessageId>> find() const
    {
        if (!m_opened)
            return m_opened.error();
        if (m_wish.ids)
            return *m_wish.ids;
        Base::Result<QList<MessageId>> found = m_query.ids(m_wish.filter, std::numeric_limits<int>::max());
        if (found)
            std::reverse(found->begin(), found->end());
        return found;
    }

    void writeFiles(const QList<MessageId> &ids)
    {
        if (!QFileInfo(m_wish.path).isDir()) {
            m_report.stopped =
                Error{ErrorKind::FileUnwritable, m_wish.path, QStringLiteral("it is no folder")};
            return;
        }
        for (const MessageId id : ids) {
            if (!goesOn(writeFile(id), id))
                break;
        }
        Base::syncFolder(m_wish.path);
    }

    Trouble writeFile(MessageId id)
    {
        const Base::Result<MessageRow> row = m_query.row(id);
        if (!row)
            return {Trouble::Of::Message, row.error()};
        QTemporaryFile file(m_wish.path + QStringLiteral("/.postrider-XXXXXX.part"));
        if (!file.open())
            return {Trouble::Of::Disk, Base::fileError(file, ErrorKind::FileUnwritable)};
        const Trouble trouble = write(file, *row, nullptr);
        if (trouble.of != Trouble::Of::Nothing)
            return trouble;
        const QString stem = m_wish.path + QLatin1Char('/') + Exporter::fileName(*row);
        for (int number = 1;; ++number) {
            const QString path =
                stem + (number > 1 ? QStringLiteral(" %1.eml").arg(number) : QStringLiteral(".eml"));
            const Base::Result<bool> named = finish(file, path);
            if (!named)
                return {Trouble::Of::Disk, named.error()};
            if (*named) {
                m_report.file = path;
                ++m_report.written;
                return {};
            }
        }
    }

    void writeMbox(const QList<MessageId> &ids)
    {
        const auto stop = [this](const Error &error) { m_report.stopped = error; };
        const QFileInfo there(m_wish.path);
        if (there.exists() && !(m_wish.replace && there.isFile()))
            return stop({ErrorKind::FileUnwritable, m_wish.path,
                         QStringLiteral("there is something of that name, and it stays as it is")});
        QTemporaryFile file(m_wish.path + QStringLiteral(".XXXXXX.part"));
        if (!file.open())
            return stop(Base::fileError(file, ErrorKind::FileUnwritable));
        int written = 0;
        for (const MessageId id : ids) {
            const qint64 beginning = file.pos();
            const Trouble trouble = writeEntry(file, id);
            if (trouble.of == Trouble::Of::Nothing)
                ++written;
            else if (!file.resize(beginning) || !file.seek(beginning)) // no half of one
                return stop(Base::fileError(file, ErrorKind::FileUnwritable));
            if (!goesOn(trouble, id))
                return;
        }
        const Base::Result<bool> named = finish(file, m_wish.path);
        if (!named)
            return stop(named.error());
        if (!*named)
            return stop({ErrorKind::FileUnwritable, m_wish.path,
                         QStringLiteral("there is something of that name by now, and it stays as it is")});
        Base::syncFolder(QFileInfo(m_wish.path).absolutePath());
        m_report.written = written;
        m_report.file = m_wish.path;
    }

    /// RFC 4155: the line tells the envelope's sender and when, as asctime() writes it, in UTC.
    Trouble writeEntry(QFile &file, MessageId id)
    {
        const Base::Result<MessageRow> row = m_query.row(id);
        if (!row)
            return {Trouble::Of::Message, row.error()};
        const Base::Result<Message::Envelope> envelope = m_query.envelope(id);
        if (!envelope)
            return {Trouble::Of::Message, envelope.error()};
        QString sender = addressIn(*envelope);
        if (sender.isEmpty() || sender.contains(QLatin1Char(' ')))
            sender = QStringLiteral("MAILER-DAEMON");
        const QDateTime when = row->created.toUTC();
        const QByteArray line = "From " + sender.toUtf8() + ' ' +
                                QLocale::c().toString(when, QStringLiteral("ddd MMM ")).toLatin1() +
                                QByteArray::number(when.date().day()).rightJustified(2, ' ') +
                                QLocale::c().toString(when, QStringLiteral(" HH:mm:ss yyyy")).toLatin1() +
                                '\n';
        if (const Done done = put(file, line); !done)
            return {Trouble::Of::Disk, done.error()};
        LocalText text(LocalText::Quoting::From);
        const Trouble trouble = write(file, *row, &text);
        if (trouble.of != Trouble::Of::Nothing)
            return trouble;
        const Done done = put(file, "\n");
        return done ? Trouble() : Trouble{Trouble::Of::Disk, done.error()};
    }

    /// One message; without `text` as it went out.
    Trouble write(QFile &file, const MessageRow &row, LocalText *text)
    {
        const Base::Result<QByteArray> head = envelopeFields(row.id);
        Base::Result<Message::Content> content = m_query.content(row.id);
        if (!head || !content)
            return {Trouble::Of::Message, head ? content.error() : head.error()};
        if (const Done done = put(file, text ? text->take(*head) : *head); !done)
            return {Trouble::Of::Disk, done.error()};
        Message::ContentReader reader(std::move(*content), m_spool);
        for (qint64 read = 0;;) {
            if (m_end)
                return {Trouble::Of::End, {}};
            const Base::Result<QByteArray> chunk = reader.read();
            if (!chunk)
                return {Trouble::Of::Message, chunk.error()};
            if (chunk->isEmpty())
                break;
            read += chunk->size();
            if (const Done done = put(file, text ? text->take(*chunk) : *chunk); !done)
                return {Trouble::Of::Disk, done.error()};
            tell(std::min(1.0,
                          static_cast<double>(read) / static_cast<double>(std::max<qint64>(1, row.size))));
        }
        const Done done = text ? put(file, text->end()) : Done();
        return done ? Trouble() : Trouble{Trouble::Of::Disk, done.error()};
    }

    /// Recipients of blind copies stand in no message; here only because it was asked for (law 2).
    Base::Result<QByteArray> envelopeFields(MessageId id) const
    {
        QByteArray fields;
        if (!m_wish.withEnvelope)
            return fields;
        const Base::Result<Message::Envelope> envelope = m_query.envelope(id);
        const Base::Result<MessageDetails> details = m_query.details(id);
        if (!envelope || !details)
            return envelope ? details.error() : envelope.error();
        fields += "X-Envelope-From: <" + addressIn(*envelope).toUtf8() + ">\r\n";
        for (const RecipientRow &recipient : details->recipients)
            fields += "X-Envelope-To: <" + recipient.address.toUtf8() + ">\r\n";
        return fields;
    }

    static QString addressIn(const Message::Envelope &envelope)
    {
        return envelope.reversePath.isNull() ? QString() : envelope.reversePath.addrSpec();
    }

    static Done put(QFile &file, const QByteArray &bytes)
    {
        return file.write(bytes) == bytes.size() ? Done() : Base::fileError(file, ErrorKind::FileUnwritable);
    }

    Base::Result<bool> finish(QTemporaryFile &file, const QString &path) const
    {
        if (!file.flush() || !Base::syncToDisk(file))
            return Base::fileError(file, ErrorKind::FileUnwritable);
        if (!m_wish.replace || m_wish.form == ExportWish::Form::Eml)
            return Base::renameIfFree(file.fileName(), path);
        std::error_code problem;
        std::filesystem::rename(QFileInfo(file.fileName()).filesystemFilePath(),
                                QFileInfo(path).filesystemFilePath(), problem);
        if (problem)
            return Error{ErrorKind::FileUnwritable, path, QString::fromStdString(problem.message())};
        return true;
    }

    bool goesOn(const Trouble &trouble, MessageId id)
    {
        ++m_done;
        tell(0);
        switch (trouble.of) {
        case Trouble::Of::Nothing:
            return true;
        case Trouble::Of::Message:
            m_report.left.append({id, trouble.error});
            return true;
        case Trouble::Of::Disk:
            m_report.stopped = trouble.error;
            return false;
        case Trouble::Of::End:
            m_report.cancelled = true;
            return false;
        }
        return false;
    }

    void tell(double part)
    {
        if (m_lastTold.elapsed() < tellEvery)
            return;
        m_lastTold.restart();
        m_told({m_done, m_report.wanted,
                static_cast<int>(100 * (m_done + part) / std::max(1, m_report.wanted))});
    }

    const ExportWish &m_wish;
    MessageQuery m_query;
    const Spool m_spool;
    const std::atomic<bool> &m_end;
    const Exporter::Told &m_told;
    const Done m_opened;
    ExportReport m_report;
    QElapsedTimer m_lastTold;
    int m_done = 0;
};

/// What no disk has in names, what cannot be seen, and what would turn the text around becomes a space.
QString safe(const QString &text)
{
    static const QString forbidden = QStringLiteral("/\\:*?\"<>|");
    QString out;
    for (const QChar c : text.left(longestSubject)) {
        const bool hidden = c.category() == QChar::Other_Control || c.category() == QChar::Other_Format ||
                            c.category() == QChar::Other_NotAssigned;
        out += hidden || forbidden.contains(c) ? QLatin1Char(' ') : c;
    }
    while (out.toUtf8().size() > mostOctets || (!out.isEmpty() && out.back().isHighSurrogate()))
        out.chop(1);
    return out.simplified();
}

} // namespace

ExportReport Exporter::run(const std::atomic<bool> &end, const Told &told) const
{
    return Run(m_books, m_wish, end, told).run();
}

QString Exporter::fileName(const MessageRow &row)
{
    const QStringList parts{row.created.toLocalTime().toString(QStringLiteral("yyyy-MM-dd HH.mm")),
                            safe(row.subject), QStringLiteral("(%1)").arg(row.id.toString())};
    return parts.join(QLatin1Char(' ')).simplified();
}

} // namespace Store
