#include "ui/accounts/fileline.h"

#include "ui/common/prompts.h"

#include <QDir>
#include <QHBoxLayout>
#include <QLineEdit>
#include <QPushButton>

namespace Ui {

FileLine::FileLine(Prompts &prompts, const QString &objectName, const QString &title, const QString &filter,
                   QWidget *parent)
    : QWidget(parent)
    , m_line(new QLineEdit(this))
{
    m_line->setObjectName(objectName);
    auto *choose = new QPushButton(tr("Choose…"), this);
    choose->setObjectName(QStringLiteral("choose-") + objectName);
    choose->setAccessibleName(title);
    connect(choose, &QPushButton::clicked, this, [this, &prompts, title, filter] {
        const auto take = [this](const QString &file) {
            if (!file.isEmpty())
                setPath(file);
            m_line->setFocus();
        };
        if (filter.isEmpty())
            prompts.openFolder(this, title, take);
        else
            prompts.openFile(this, title, filter, take);
    });
    auto *row = new QHBoxLayout(this);
    row->setContentsMargins(0, 0, 0, 0);
    row->addWidget(m_line, 1);
    row->addWidget(choose);
    setFocusProxy(m_line);
}

/// Whole, so that it means the same wherever the program is started from; "~" is one's own folder.
QString FileLine::path() const
{
    QString path = m_line->text().trimmed();
    if (path == QLatin1String("~") || path.startsWith(QLatin1String("~/")))
        path.replace(0, 1, QDir::homePath());
    return path.isEmpty() ? path : QDir::cleanPath(QDir::current().absoluteFilePath(path));
}

void FileLine::setPath(const QString &path)
{
    m_line->setText(path);
}

void FileLine::setPlaceholderText(const QString &text)
{
    m_line->setPlaceholderText(text);
}

} // namespace Ui
