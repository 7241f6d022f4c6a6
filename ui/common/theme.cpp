#include "ui/common/theme.h"

#include "ui/common/tintedicon.h"

#include <QFontDatabase>
#include <QGuiApplication>
#include <QScreen>
#include <QStyle>
#include <QWidget>

#include <array>
#include <cmath>

namespace Ui {

namespace {

struct Row
{
    Role role;
    const char *icon;
    const char *light;
    const char *dark;
};

constexpr std::array rows{
    Row{Role::Scheduled, "state-scheduled", "#57606a", "#aab4be"},
    Row{Role::Waiting, "state-waiting", "#57606a", "#aab4be"},
    Row{Role::Sending, "state-sending", "#0b57a4", "#79b8ff"},
    Row{Role::Retrying, "state-retrying", "#855600", "#e3b341"},
    Row{Role::Held, "state-held", "#57606a", "#aab4be"},
    Row{Role::Uncertain, "state-uncertain", "#7438b0", "#c8a2ff"},
    Row{Role::Failed, "state-failed", "#b3261e", "#ff8f86"},
    Row{Role::PartlySent, "state-partly-sent", "#9a4a00", "#ffae70"},
    Row{Role::Sent, "state-sent", "#1a6b32", "#74d191"},
    Row{Role::Delivered, "state-delivered", "#1a6b32", "#74d191"},
    Row{Role::Bounced, "state-bounced", "#b3261e", "#ff8f86"},
    Row{Role::Info, "info", "#0b57a4", "#79b8ff"},
    Row{Role::Warning, "warning", "#855600", "#e3b341"},
    Row{Role::Error, "error", "#b3261e", "#ff8f86"},
};

const Row &rowOf(Role role)
{
    return rows.at(static_cast<std::size_t>(role));
}

double luminance(const QColor &colour)
{
    const auto channel = [](double value) {
        return value <= 0.03928 ? value / 12.92 : std::pow((value + 0.055) / 1.055, 2.4);
    };
    return 0.2126 * channel(colour.redF()) + 0.7152 * channel(colour.greenF()) +
           0.0722 * channel(colour.blueF());
}

} // namespace

QList<Role> allRoles()
{
    QList<Role> roles;
    for (const Row &row : rows)
        roles.append(row.role);
    return roles;
}

Role roleOf(Delivery::MessageState state)
{
    using enum Delivery::MessageState;
    switch (state) {
    case Scheduled:
        return Role::Scheduled;
    case Undoable:
    case Queued:
        return Role::Waiting;
    case Sending:
        return Role::Sending;
    case Deferred:
        return Role::Retrying;
    case Held:
        return Role::Held;
    case Sent:
        return Role::Sent;
    case PartlySent:
        return Role::PartlySent;
    case Failed:
        return Role::Failed;
    case Uncertain:
        return Role::Uncertain;
    case Cancelled:
        break;
    }
    return Role::Held;
}

Role roleOf(Delivery::RecipientState state)
{
    using enum Delivery::RecipientState;
    switch (state) {
    case Waiting:
        return Role::Waiting;
    case Accepted:
        return Role::Sent;
    case Deferred:
        return Role::Retrying;
    case Refused:
        return Role::Failed;
    case Uncertain:
        return Role::Uncertain;
    case Cancelled:
        break;
    }
    return Role::Held;
}

bool isDark(const QPalette &palette)
{
    return luminance(palette.color(QPalette::Base)) < luminance(palette.color(QPalette::Text));
}

QColor colour(Role role, bool dark)
{
    return QColor(QLatin1String(dark ? rowOf(role).dark : rowOf(role).light));
}

QColor colour(Role role, const QPalette &palette)
{
    return colour(role, isDark(palette));
}

QColor ground(Role role, const QPalette &palette)
{
    const QColor base = palette.color(QPalette::Base);
    const QColor tint = colour(role, palette);
    const auto mix = [](int under, int over) { return (under * 9 + over) / 10; };
    return QColor(mix(base.red(), tint.red()), mix(base.green(), tint.green()),
                  mix(base.blue(), tint.blue()));
}

double contrast(const QColor &one, const QColor &other)
{
    const double a = luminance(one) + 0.05;
    const double b = luminance(other) + 0.05;
    return a > b ? a / b : b / a;
}

QIcon icon(const QString &name)
{
    return QIcon(new TintedIcon(name));
}

QIcon icon(const QString &standardName, const QString &name)
{
    return !standardName.isEmpty() && QIcon::hasThemeIcon(standardName) ? QIcon::fromTheme(standardName)
                                                                        : icon(name);
}

QIcon icon(Role role)
{
    return QIcon(new TintedIcon(QString::fromLatin1(rowOf(role).icon), role));
}

QIcon applicationIcon()
{
    QIcon icon = QIcon::fromTheme(QStringLiteral("postrider"));
    if (!icon.isNull())
        return icon;
    icon.addFile(QStringLiteral(":/icons/postrider.svg"));
    return icon;
}

int iconSide(const QWidget &widget)
{
    return std::max(widget.style()->pixelMetric(QStyle::PM_SmallIconSize), widget.fontMetrics().ascent());
}

QSize windowSize(const QWidget &window, int characters, int lines)
{
    const QFontMetrics text = window.fontMetrics();
    const QSize wished(text.averageCharWidth() * characters, text.height() * lines);
    const QSize frame(text.height(),
                      text.height() * 3); // a guess: it is not known before the window is shown
    return window.screen() ? wished.boundedTo(window.screen()->availableSize() - frame) : wished;
}

QFont fixedFont()
{
    QFont font = QFontDatabase::systemFont(QFontDatabase::FixedFont);
    if (const qreal size = QGuiApplication::font().pointSizeF(); size > 0)
        font.setPointSizeF(size);
    return font;
}

} // namespace Ui
