#pragma once

// Tells while a letter is written that its account's limits will hold it up, or never let it go: from small
// reads of the books, and never in the way of sending.

#include "core/message/draft.h"
#include "core/store/messagequery.h"
#include "ui/common/messagebar.h"

namespace Ui {

class LimitHint : public MessageBar
{
    Q_OBJECT

public:
    explicit LimitHint(const Store::MessageQuery &query, QWidget *parent = nullptr);

    /// Says what would become of that letter now, or nothing. account: the one it would go through.
    void look(const Message::Draft &draft, Base::AccountId account, const QDateTime &now);

private:
    const Store::MessageQuery &m_query;
    QString m_told;
    QString m_dismissed; ///< what the person does not want to read again
};

} // namespace Ui
