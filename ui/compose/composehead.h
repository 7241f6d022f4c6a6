#pragma once

// The head of a letter: From, To, Cc, Bcc and Subject. Cc and Bcc come when they are wanted.

#include "core/message/draftcheck.h"
#include "core/store/messagequery.h"

#include <QWidget>

class QComboBox;
class QFormLayout;
class QLineEdit;
class QToolButton;

namespace Ui {

class RecipientEdit;

class ComposeHead : public QWidget
{
    Q_OBJECT

public:
    explicit ComposeHead(const Store::MessageQuery &query, QWidget *parent = nullptr);

    void setDraft(const Message::Draft &draft);
    /// Writes what stands here into the draft.
    void putInto(Message::Draft &draft) const;
    /// Reads the accounts anew; the chosen one stays.
    void loadAccounts();
    bool hasAccount() const;
    Base::AccountId account() const;
    void chooseAccount(Base::AccountId id);

    /// Lets each line of addresses say what is wrong with it.
    void check();
    /// The widget of that part; null when it is not in the head.
    QWidget *fieldOf(Message::Place place) const;
    QWidget *firstEmpty() const; ///< null: all that matters is filled in

Q_SIGNALS:
    void edited();

private:
    void reveal(RecipientEdit *edit, bool shown);

    const Store::MessageQuery &m_query;
    QFormLayout *m_form;
    QComboBox *m_from;
    RecipientEdit *m_to;
    RecipientEdit *m_cc;
    RecipientEdit *m_bcc;
    QToolButton *m_showCc;
    QToolButton *m_showBcc;
    QLineEdit *m_subject;
};

} // namespace Ui
