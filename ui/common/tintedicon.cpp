#include "ui/common/tintedicon.h"

#include <QFile>
#include <QGuiApplication>
#include <QPainter>
#include <QPalette>
#include <QPixmapCache>
#include <QSvgRenderer>

namespace Ui {

TintedIcon::TintedIcon(QString name, std::optional<Role> role)
    : m_name(std::move(name))
    , m_role(role)
{
}

QColor TintedIcon::colour(QIcon::Mode mode) const
{
    const QPalette palette = QGuiApplication::palette();
    if (mode == QIcon::Disabled)
        return palette.color(QPalette::Disabled, QPalette::ButtonText);
    if (mode == QIcon::Selected)
        return palette.color(QPalette::HighlightedText);
    return m_role ? Ui::colour(*m_role, palette) : palette.color(QPalette::ButtonText);
}

void TintedIcon::paint(QPainter *painter, const QRect &rect, QIcon::Mode mode, QIcon::State state)
{
    const qreal ratio = painter->device() ? painter->device()->devicePixelRatioF() : 1.0;
    QPixmap picture = pixmap(rect.size() * ratio, mode, state);
    picture.setDevicePixelRatio(ratio);
    painter->drawPixmap(rect.topLeft(), picture);
}

QPixmap TintedIcon::pixmap(const QSize &size, QIcon::Mode mode, QIcon::State)
{
    const QColor tint = colour(mode);
    const QString key =
        QStringLiteral("postrider:%1:%2:%3x%4").arg(m_name, tint.name()).arg(size.width()).arg(size.height());
    QPixmap picture;
    if (size.isEmpty() || QPixmapCache::find(key, &picture))
        return picture;
    QFile file(QStringLiteral(":/icons/%1.svg").arg(m_name));
    if (!file.open(QIODevice::ReadOnly))
        return picture;
    QByteArray svg = file.readAll();
    svg.replace("currentColor", tint.name().toLatin1());
    picture = QPixmap(size);
    picture.fill(Qt::transparent);
    QSvgRenderer renderer(svg);
    QPainter painter(&picture);
    const qreal side = qMin(size.width(), size.height());
    renderer.render(&painter, QRectF((size.width() - side) / 2, (size.height() - side) / 2, side, side));
    painter.end();
    QPixmapCache::insert(key, picture);
    return picture;
}

QIconEngine *TintedIcon::clone() const
{
    return new TintedIcon(*this);
}

} // namespace Ui
