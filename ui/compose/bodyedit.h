#pragma once

// Where the text is written: plain text, Tab moves on, files dropped or pasted become attachments instead of
// text.

#include <QPlainTextEdit>

namespace Ui {

class BodyEdit : public QPlainTextEdit
{
    Q_OBJECT

public:
    explicit BodyEdit(QWidget *parent = nullptr);

    /// Local files among what was dropped or pasted; empty when it is something else.
    static QStringList filesIn(const QMimeData *data);

Q_SIGNALS:
    void filesGiven(const QStringList &paths);

protected:
    bool canInsertFromMimeData(const QMimeData *source) const override;
    void insertFromMimeData(const QMimeData *source) override;
};

} // namespace Ui
