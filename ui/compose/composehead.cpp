#include "ui/compose/composehead.h"

#include "ui/common/format.h"
#include "ui/compose/recipientedit.h"

#include <QComboBox>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QToolButton>

namespace Ui {

namespace {

QToolButton *makeReveal(const QString &text, const QString &objectName, const QString &toolTip,
                        QWidget *parent)
{
    auto *button = new QToolButton(parent);
    button->setText(text);
    button->setObjectName(objectName);
    button->setToolTip(plainToolTip(toolTip));
    button->setAccessibleName(toolTip);
    button->setAutoRaise(true);
    button->setFocusPolicy(Qt::ClickFocus); // Tab goes on to the subject; Alt and the letter get here
    return button;
}

} // namespace

ComposeHead::ComposeHead(const Store::MessageQuery &query, QWidget *parent)
    : QWidget(parent)
    , m_query(query)
    , m_form(new QFormLayout(this))
    , m_from(new QComboBox(this))
    , m_to(new RecipientEdit(QStringLiteral("to"), tr("To"), this))
    , m_cc(new RecipientEdit(QStringLiteral("cc"), tr("Cc"), this))
    , m_bcc(new RecipientEdit(QStringLiteral("bcc"), tr("Bcc"), this))
    , m_showCc(makeReveal(tr("&Cc"), QStringLiteral("showCc"), tr("Add people who get a copy"), this))
    , m_showBcc(makeReveal(tr("&Bcc"), QStringLiteral("showBcc"), tr("Add people whom the others do not see"),
                           this))
    , m_subject(new QLineEdit(this))
{
    m_from->setObjectName(QStringLiteral("from"));
    m_from->setAccessibleName(tr("From"));
    m_from->setPlaceholderText(tr("No account yet"));
    m_subject->setObjectName(QStringLiteral("subject"));
    m_subject->setAccessibleName(tr("Subject"));
    m_form->setContentsMargins(0, 0, 0, 0);
    m_form->setSpacing(8);
    m_form->setFieldGrowthPolicy(QFormLayout::AllNonFixedFieldsGrow);
    auto *people = new QHBoxLayout;
    people->setSpacing(4);
    people->addWidget(m_to, 1, Qt::AlignTop);
    people->addWidget(m_showCc, 0, Qt::AlignTop);
    people->addWidget(m_showBcc, 0, Qt::AlignTop);
    m_form->addRow(tr("&From:"), m_from);
    m_form->addRow(tr("&To:"), people);
    qobject_cast<QLabel *>(m_form->labelForField(people))->setBuddy(m_to->line());
    m_form->addRow(tr("Cc:"), m_cc);
    m_form->addRow(tr("Bcc:"), m_bcc);
    m_form->addRow(tr("S&ubject:"), m_subject);

    connect(m_showCc, &QToolButton::clicked, this, [this] {
        reveal(m_cc, true);
        m_cc->setFocus();
    });
    connect(m_showBcc, &QToolButton::clicked, this, [this] {
        reveal(m_bcc, true);
        m_bcc->setFocus();
    });
    for (RecipientEdit *edit : {m_to, m_cc, m_bcc})
        connect(edit, &RecipientEdit::edited, this, &ComposeHead::edited);
    connect(m_subject, &QLineEdit::textChanged, this, &ComposeHead::edited);
    connect(m_from, &QComboBox::activated, this, &ComposeHead::edited);
    loadAccounts();
}

void ComposeHead::reveal(RecipientEdit *edit, bool shown)
{
    m_form->setRowVisible(edit, shown);
    (edit == m_cc ? m_showCc : m_showBcc)->setVisible(!shown);
}

void ComposeHead::loadAccounts()
{
    const Base::AccountId before = account();
    const Base::Result<QList<Accounts::Account>> accounts = m_query.accounts();
    m_from->clear();
    for (const Accounts::Account &each : accounts ? *accounts : QList<Accounts::Account>()) {
        const QString who = each.fromName.isEmpty()
                                ? each.fromAddress
                                : tr("%1 <%2>", "name, address").arg(each.fromName, each.fromAddress);
        m_from->addItem(tr("%1 · %2", "sender, account").arg(who, each.name), each.id.value);
    }
    m_from->setEnabled(hasAccount());
    m_from->setCurrentIndex(hasAccount() ? 0 : -1);
    chooseAccount(before);
}

bool ComposeHead::hasAccount() const
{
    return m_from->count() > 0;
}

Base::AccountId ComposeHead::account() const
{
    return Base::AccountId{m_from->currentData().toLongLong()};
}

void ComposeHead::chooseAccount(Base::AccountId id)
{
    const int index = m_from->findData(id.value);
    if (index >= 0)
        m_from->setCurrentIndex(index);
}

void ComposeHead::setDraft(const Message::Draft &draft)
{
    chooseAccount(draft.account);
    m_to->setText(draft.to);
    m_cc->setText(draft.cc);
    m_bcc->setText(draft.bcc);
    reveal(m_cc, !draft.cc.isEmpty());
    reveal(m_bcc, !draft.bcc.isEmpty());
    m_subject->setText(draft.subject);
}

void ComposeHead::putInto(Message::Draft &draft) const
{
    draft.account = account();
    draft.to = m_to->text();
    draft.cc = m_cc->text();
    draft.bcc = m_bcc->text();
    draft.subject = m_subject->text();
}

void ComposeHead::check()
{
    for (RecipientEdit *edit : {m_to, m_cc, m_bcc})
        edit->check();
}

QWidget *ComposeHead::firstEmpty() const
{
    if (m_to->text().isEmpty())
        return m_to->line();
    return m_subject->text().isEmpty() ? m_subject : nullptr;
}

QWidget *ComposeHead::fieldOf(Message::Place place) const
{
    switch (place) {
    case Message::Place::From:
        return m_from;
    case Message::Place::To:
        return m_to->line();
    case Message::Place::Cc:
        return m_cc->line();
    case Message::Place::Bcc:
        return m_bcc->line();
    case Message::Place::Subject:
        return m_subject;
    case Message::Place::Text:
    case Message::Place::Attachments:
    case Message::Place::Headers:
        break;
    }
    return nullptr;
}

} // namespace Ui
