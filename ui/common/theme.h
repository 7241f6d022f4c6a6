#pragma once

// Colours and icons. One table holds a light and a dark value for each role, each with a contrast of at
// least 4.5:1 on the list's background; everything else is the platform's palette. A state is always told by
// icon and word as well.

#include "core/delivery/status.h"

#include <QColor>
#include <QFont>
#include <QIcon>
#include <QPalette>

class QWidget;

namespace Ui {

enum class Role {
    Scheduled,
    Waiting,
    Sending,
    Retrying,
    Held,
    Uncertain,
    Failed,
    PartlySent,
    Sent,
    Delivered,
    Bounced,
    Info,
    Warning,
    Error
};

QList<Role> allRoles();
Role roleOf(Delivery::MessageState state);
Role roleOf(Delivery::RecipientState state);

bool isDark(const QPalette &palette);
QColor colour(Role role, const QPalette &palette);
QColor colour(Role role, bool dark);
/// A quiet ground for a bar of that role: the palette's base with a little of the role's colour.
QColor ground(Role role, const QPalette &palette);
/// WCAG 2.1 contrast ratio, 1 to 21.
double contrast(const QColor &one, const QColor &other);

/// Our own icon of that name, following the palette.
QIcon icon(const QString &name);
/// The desktop's icon where it has one of that standard name, else our own.
QIcon icon(const QString &standardName, const QString &name);
QIcon icon(Role role);
/// The program's own icon.
QIcon applicationIcon();

/// The side of an icon beside a line of this widget's text: grows with the text.
int iconSide(const QWidget &widget);

/// A first size for a window: as wished, in characters and lines, but within the screen with its frame and
/// panels.
QSize windowSize(const QWidget &window, int characters, int lines);

/// The fixed-width font for what servers say and for sources, in the size of other text.
QFont fixedFont();

} // namespace Ui
