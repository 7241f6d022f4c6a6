#pragma once

// Numbers, sizes and times in the locale. Lists show relative times ("in 4 min"), tooltips the exact ones.

#include <QDateTime>
#include <QString>

namespace Ui {

/// "214 kB", "1.2 MB": decimal units, as mail servers count.
QString sizeText(qint64 octets);
/// The locale's way to write hours and minutes, for QLocale::toString and for edits.
QString clockFormat();
/// "14:03", "2:03 PM".
QString clockText(const QTime &time);
/// The day and the time to the second, in local time.
QString exactTime(const QDateTime &when);
/// "now", "5 min ago", "in 2 h", "yesterday 14:03", a date when it is long ago.
QString relativeTime(const QDateTime &when, const QDateTime &now);
/// The same of what is still to come: when it is due it is "now", however long it has been so.
QString relativeDue(const QDateTime &when, const QDateTime &now);
/// "12 ms", "1.4 s", "3 min".
QString durationText(qint64 milliseconds);

/// The text for a tooltip, shown as it stands: Qt would take a server's "<img src=…>" for markup (law 9).
QString plainToolTip(const QString &text);

} // namespace Ui
