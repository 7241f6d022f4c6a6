#pragma once

// Shows the conversation of one attempt, stored or growing live: plain text only, each line with what it
// means, the deciding line marked. Copies and saves it as text fit for a letter to support.

#include "core/store/rows.h"
#include "ui/transcript/transcriptmodel.h"

#include <QWidget>

class QCheckBox;
class QComboBox;
class QLabel;
class QTreeView;

namespace Ui {

class Preferences;
class Prompts;

class TranscriptView : public QWidget
{
    Q_OBJECT

public:
    TranscriptView(Preferences &preferences, Prompts &prompts, QWidget *parent = nullptr);

    /// The attempts to choose from, and which of them is shown. Without any, the choice is hidden.
    void setAttempts(const QList<Store::AttemptRow> &attempts, int shown);
    void setTranscript(const Delivery::Transcript &transcript, const Delivery::Reason &reason);
    void append(const QList<Delivery::TranscriptLine> &lines);
    /// What to say while there is none.
    void setEmptyText(const QString &text);
    void showDecidingLine();
    /// "minutes-of-may": for the name of a saved file.
    void setTitle(const QString &title) { m_title = title; }

    int shownAttempt() const;

public Q_SLOTS:
    void copy();
    void save();

Q_SIGNALS:
    void attemptChosen(int number);

private:
    QString text(bool selectedOnly) const;
    void showMeanings(bool show);
    void updateEmpty();

    Preferences &m_preferences;
    Prompts &m_prompts;
    TranscriptModel *m_model;
    QComboBox *m_attempts;
    QLabel *m_facts;
    QCheckBox *m_explain;
    QTreeView *m_table;
    QLabel *m_empty;
    QString m_title;
};

} // namespace Ui
