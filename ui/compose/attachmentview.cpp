#include "ui/compose/attachmentview.h"

#include "ui/common/background.h"
#include "ui/common/format.h"
#include "ui/common/theme.h"

#include <QAction>
#include <QFileInfo>
#include <QKeyEvent>
#include <QMimeDatabase>

namespace Ui {

namespace {

using Looked = QList<Base::Result<Message::Attachment>>;

Base::Result<Message::Attachment> lookAt(const QString &path)
{
    const QFileInfo file(path);
    if (!file.exists())
        return Base::Error{Base::ErrorKind::FileMissing, path, {}};
    if (file.isDir())
        return Base::Error{Base::ErrorKind::FileUnreadable, path, QStringLiteral("it is a folder")};
    if (!file.isReadable())
        return Base::Error{Base::ErrorKind::FileUnreadable, path, QStringLiteral("it may not be read")};
    return Message::Attachment{file.absoluteFilePath(), file.fileName(), file.size()};
}

Looked lookAtAll(const QStringList &paths)
{
    Looked looked;
    for (const QString &path : paths)
        looked.append(lookAt(path));
    return looked;
}

} // namespace

AttachmentView::AttachmentView(QWidget *parent)
    : QListWidget(parent)
{
    setObjectName(QStringLiteral("attachments"));
    setAccessibleName(tr("Attachments"));
    setFlow(QListView::LeftToRight);
    setWrapping(true);
    setResizeMode(QListView::Adjust);
    setSpacing(4);
    setSelectionMode(QAbstractItemView::ExtendedSelection);
    setTextElideMode(Qt::ElideMiddle);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    auto *remove = new QAction(icon(QStringLiteral("list-remove"), QStringLiteral("delete")),
                               tr("&Remove attachment"), this);
    connect(remove, &QAction::triggered, this, &AttachmentView::removeSelected);
    addAction(remove);
    setContextMenuPolicy(Qt::ActionsContextMenu);
    hide();
}

void AttachmentView::setAttachments(const QList<Message::Attachment> &attachments)
{
    m_attachments = attachments;
    render();
}

void AttachmentView::add(const QStringList &paths)
{
    whenAnswered(inBackground([paths] { return lookAtAll(paths); }), this, [this](const Looked &looked) {
        const qsizetype before = m_attachments.size();
        for (const Base::Result<Message::Attachment> &each : looked) {
            if (each && !m_attachments.contains(*each))
                m_attachments.append(*each);
        }
        if (m_attachments.size() != before) {
            render();
            Q_EMIT edited();
        }
        for (const Base::Result<Message::Attachment> &each : looked) {
            if (!each)
                Q_EMIT refused(each.error()); // last, so that it is what is read
        }
    });
}

void AttachmentView::removeSelected()
{
    const int current = currentRow();
    for (int row = count() - 1; row >= 0; --row) {
        if (item(row)->isSelected())
            m_attachments.removeAt(row);
    }
    render();
    setCurrentRow(std::min(current, count() - 1));
    Q_EMIT edited();
}

qint64 AttachmentView::totalSize() const
{
    qint64 total = 0;
    for (const Message::Attachment &attachment : m_attachments)
        total += attachment.size;
    return total;
}

void AttachmentView::render()
{
    clear();
    const QMimeDatabase types;
    for (const Message::Attachment &attachment : std::as_const(m_attachments)) {
        const QString type = types.mimeTypeForFile(attachment.name, QMimeDatabase::MatchExtension).iconName();
        auto *item = new QListWidgetItem(
            icon(type, QStringLiteral("file")),
            tr("%1 · %2", "file name, size").arg(attachment.name, sizeText(attachment.size)), this);
        const QString from = attachment.isKept() ? tr("As it was sent before") : attachment.path;
        item->setToolTip(plainToolTip(tr("%1\nDelete takes it away.", "a file's path").arg(from)));
    }
    setVisible(!m_attachments.isEmpty());
    updateGeometry();
}

QSize AttachmentView::sizeHint() const
{
    const int line = std::max(iconSize().height(), fontMetrics().height()) + 12;
    const int lines = m_attachments.size() > 3 ? 2 : 1;
    return {240, lines * line + 2 * frameWidth() + 4};
}

void AttachmentView::keyPressEvent(QKeyEvent *event)
{
    if (event->key() == Qt::Key_Delete || event->key() == Qt::Key_Backspace)
        return removeSelected();
    QListWidget::keyPressEvent(event);
}

} // namespace Ui
