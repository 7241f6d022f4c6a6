#include "ui/compose/recipientedit.h"

#include "core/message/addresslist.h"
#include "ui/common/plainlabel.h"
#include "ui/common/theme.h"

#include <QLineEdit>
#include <QVBoxLayout>

namespace Ui {

RecipientEdit::RecipientEdit(const QString &objectName, const QString &accessibleName, QWidget *parent)
    : QWidget(parent)
    , m_line(new QLineEdit(this))
    , m_problem(new PlainLabel(this))
{
    m_line->setObjectName(objectName);
    m_line->setAccessibleName(accessibleName);
    m_problem->setObjectName(objectName + QStringLiteral("Problem"));
    m_problem->setWordWrap(true);
    m_problem->hide();
    setFocusProxy(m_line);
    auto *column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(2);
    column->addWidget(m_line);
    column->addWidget(m_problem);
    connect(m_line, &QLineEdit::textChanged, this, [this] {
        if (m_problem->isVisible())
            check();
        Q_EMIT edited();
    });
    connect(m_line, &QLineEdit::editingFinished, this, &RecipientEdit::check);
}

QString RecipientEdit::text() const
{
    return m_line->text();
}

void RecipientEdit::setText(const QString &text)
{
    m_line->setText(text);
    m_line->setCursorPosition(0);
}

bool RecipientEdit::check()
{
    const QString words = problem();
    QPalette tinted = palette();
    tinted.setColor(QPalette::WindowText, colour(Role::Error, tinted));
    m_problem->setPalette(tinted);
    m_problem->setText(words);
    m_problem->setVisible(!words.isEmpty());
    m_line->setAccessibleDescription(words);
    return words.isEmpty();
}

QString RecipientEdit::problem() const
{
    const Message::AddressList list = Message::AddressList::parse(m_line->text());
    QStringList bad;
    for (const Message::AddressList::Problem &each : list.problems())
        bad.append(tr("“%1”").arg(each.text.trimmed()));

    if (bad.isEmpty())
        return {};
    return bad.size() == 1
               ? tr("%1 is not a whole address. Write it as name@example.org, with commas between several.")
                     .arg(bad.first())
               : tr("These are not whole addresses: %1. Write them as name@example.org, with commas between "
                    "them.")
                     .arg(bad.join(tr(", ", "between addresses")));
}

} // namespace Ui
