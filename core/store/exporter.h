#pragma once

// Writes messages into files, in whatever thread it is called, over a reading connection of its own. Nothing
// is ever in memory whole, nothing that is there is overwritten unless that was meant, and a file has its
// name only when it is whole and on disk.

#include "core/store/exportwish.h"
#include "core/store/messagequery.h"

#include <atomic>
#include <functional>

class QFile;

namespace Store {

class Exporter
{
public:
    using Told = std::function<void(const ExportProgress &)>;

    Exporter(Books books, ExportWish wish)
        : m_books(std::move(books))
        , m_wish(std::move(wish))
    {
    }

    /// Until all are written, `end` becomes true or the disk refuses. One message that cannot be read does
    /// not stop the others.
    ExportReport run(const std::atomic<bool> &end, const Told &told) const;

    /// "2026-11-21 18.00 Minutes of May (7)": readable, unique to the message, and possible on every disk.
    static QString fileName(const MessageRow &row);

private:
    Books m_books;
    ExportWish m_wish;
};

} // namespace Store
