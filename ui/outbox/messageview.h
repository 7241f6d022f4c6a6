#pragma once

// The Message tab: who, what and when, the text as it was written, and the source on demand. Plain text only.

#include "core/store/messagequery.h"

#include <QWidget>

class QCheckBox;
class QFormLayout;
class QLabel;
class QPlainTextEdit;

namespace Ui {

class MessageView : public QWidget
{
    Q_OBJECT

public:
    explicit MessageView(const Store::MessageQuery &query, QWidget *parent = nullptr);

    /// Reads at most a small beginning of the message, and only while it can be seen.
    void show(const Store::MessageRow &message);
    void clear();
    /// Shows bytes that lie in no book (the practice server's).
    void showSource(const QByteArray &source, const QString &note);

protected:
    void showEvent(QShowEvent *event) override;

private:
    void load();
    void render();
    void addFact(const QString &label, const QString &value);

    const Store::MessageQuery &m_query;
    Store::MessageRow m_message;
    QByteArray m_source;
    QString m_note;
    bool m_loaded = true;
    QFormLayout *m_facts;
    QCheckBox *m_raw;
    QLabel *m_cut;
    QPlainTextEdit *m_text;
};

} // namespace Ui
