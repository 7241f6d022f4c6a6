#pragma once

// The files that go along: name and size each, Delete takes one away. Looks at files in a worker thread, for
// a share may be slow.

#include "core/base/result.h"
#include "core/message/draft.h"

#include <QListWidget>

namespace Ui {

class AttachmentView : public QListWidget
{
    Q_OBJECT

public:
    explicit AttachmentView(QWidget *parent = nullptr);

    QList<Message::Attachment> attachments() const { return m_attachments; }
    void setAttachments(const QList<Message::Attachment> &attachments);
    /// Looks at the files and takes in those that can be read; refused() for each of the others.
    void add(const QStringList &paths);
    void removeSelected();

    qint64 totalSize() const;
    QSize sizeHint() const override;
    QSize minimumSizeHint() const override { return {80, sizeHint().height()}; }

Q_SIGNALS:
    void edited();
    void refused(const Base::Error &error);

protected:
    void keyPressEvent(QKeyEvent *event) override;

private:
    void render();

    QList<Message::Attachment> m_attachments;
};

} // namespace Ui
