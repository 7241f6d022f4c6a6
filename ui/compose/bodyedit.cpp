#include "ui/compose/bodyedit.h"

#include <QMimeData>
#include <QUrl>

namespace Ui {

BodyEdit::BodyEdit(QWidget *parent)
    : QPlainTextEdit(parent)
{
    setObjectName(QStringLiteral("body"));
    setAccessibleName(tr("Text"));
    setTabChangesFocus(true);
    document()->setDocumentMargin(12);
}

QStringList BodyEdit::filesIn(const QMimeData *data)
{
    QStringList files;
    const QList<QUrl> urls = data->urls();
    for (const QUrl &url : urls) {
        if (url.isLocalFile())
            files.append(url.toLocalFile());
    }
    return files;
}

bool BodyEdit::canInsertFromMimeData(const QMimeData *source) const
{
    return !filesIn(source).isEmpty() || QPlainTextEdit::canInsertFromMimeData(source);
}

void BodyEdit::insertFromMimeData(const QMimeData *source)
{
    const QStringList files = filesIn(source);
    if (files.isEmpty())
        return QPlainTextEdit::insertFromMimeData(source);
    Q_EMIT filesGiven(files);
}

} // namespace Ui
