#pragma once

// An icon of the project's own family: an SVG whose currentColor is taken from the palette at the moment it
// is painted, so that a change of the theme needs no new icons.

#include "ui/common/theme.h"

#include <QIconEngine>
#include <QPixmap>

#include <optional>

namespace Ui {

class TintedIcon : public QIconEngine
{
public:
    /// name: that of the file without ".svg". role: instead of the text colour.
    explicit TintedIcon(QString name, std::optional<Role> role = {});

    void paint(QPainter *painter, const QRect &rect, QIcon::Mode mode, QIcon::State state) override;
    QPixmap pixmap(const QSize &size, QIcon::Mode mode, QIcon::State state) override;
    QIconEngine *clone() const override;

private:
    QColor colour(QIcon::Mode mode) const;

    QString m_name;
    std::optional<Role> m_role;
};

} // namespace Ui
