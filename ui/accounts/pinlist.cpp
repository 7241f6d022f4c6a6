#include "ui/accounts/pinlist.h"

#include "core/net/pin.h"
#include "ui/common/format.h"
#include "ui/common/theme.h"

#include <QAction>
#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLineEdit>
#include <QListWidget>
#include <QPushButton>
#include <QRegularExpression>
#include <QVBoxLayout>

namespace Ui {

namespace {

constexpr int visiblePins = 3;

QPushButton *makeButton(PinList *parent, const QString &text, const char *objectName)
{
    auto *button = new QPushButton(text, parent);
    button->setObjectName(QLatin1String(objectName));
    return button;
}

} // namespace

PinList::PinList(QWidget *parent)
    : QWidget(parent)
    , m_line(new QLineEdit(this))
    , m_add(makeButton(this, tr("Add p&in"), "addPin"))
    , m_list(new QListWidget(this))
    , m_remove(makeButton(this, tr("Re&move pin"), "removePin"))
    , m_shown(makeButton(this, tr("Pin the key the server s&howed"), "pinShown"))
{
    m_line->setObjectName(QStringLiteral("newPin"));
    m_line->setPlaceholderText(tr("none: any key will do"));
    m_line->setToolTip(
        tr("SHA-256 of a public key, in base64 or 64 hexadecimal digits; several with blanks"));
    m_list->setObjectName(QStringLiteral("pins"));
    m_list->setAccessibleName(tr("Pinned keys"));
    m_list->setSelectionMode(QAbstractItemView::ExtendedSelection);
    m_list->setTextElideMode(Qt::ElideMiddle);
    m_list->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    m_list->setLayoutDirection(Qt::LeftToRight); // base64 is not mirrored
    m_list->setFont(fixedFont());
    m_list->setFixedHeight(m_list->fontMetrics().lineSpacing() * visiblePins + 2 * m_list->frameWidth() + 8);

    auto *above = new QHBoxLayout;
    above->addWidget(m_line, 1);
    above->addWidget(m_add);
    auto *below = new QHBoxLayout;
    below->addWidget(m_remove);
    below->addWidget(m_shown);
    below->addStretch(1);
    auto *column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->addLayout(above);
    column->addWidget(m_list);
    column->addLayout(below);

    auto *removeKey = new QAction(tr("Remove"), m_list);
    removeKey->setShortcut(QKeySequence::Delete);
    removeKey->setShortcutContext(Qt::WidgetShortcut);
    m_list->addAction(removeKey);
    connect(removeKey, &QAction::triggered, this, &PinList::remove);
    connect(m_list, &QListWidget::itemSelectionChanged, this, &PinList::updateButtons);
    connect(m_line, &QLineEdit::textChanged, this, &PinList::updateButtons);
    connect(m_remove, &QPushButton::clicked, this, &PinList::remove);
    connect(m_add, &QPushButton::clicked, this, &PinList::add);
    connect(m_shown, &QPushButton::clicked, this, [this] {
        append(m_offered);
        m_list->setFocus(); // the button that had it has done its work
    });
    setFocusProxy(m_line);
    updateButtons();
}

QStringList PinList::listed() const
{
    QStringList pins;
    for (int row = 0; row < m_list->count(); ++row)
        pins.append(m_list->item(row)->text());
    return pins;
}

/// Several may have been pasted at once; of lines a line edit makes blanks.
QStringList PinList::typed() const
{
    static const QRegularExpression between(QStringLiteral("[\\s,;]+"));
    QStringList words = m_line->text().split(between, Qt::SkipEmptyParts);
    for (QString &word : words)
        word = Net::pinFrom(word).value_or(word);
    return words;
}

QStringList PinList::pins() const
{
    QStringList all = listed() + typed();
    all.removeDuplicates();
    return all;
}

void PinList::setPins(const QStringList &pins)
{
    m_list->clear();
    m_list->addItems(pins);
    updateButtons();
}

void PinList::offer(const QString &pin)
{
    m_offered = pin;
    updateButtons();
}

void PinList::append(const QString &pin)
{
    if (!listed().contains(pin))
        m_list->addItem(pin);
    m_list->setCurrentRow(static_cast<int>(listed().indexOf(pin)));
    updateButtons();
}

void PinList::add()
{
    QStringList left;
    for (const QString &word : typed()) {
        if (Net::pinFrom(word))
            append(word);
        else
            left.append(word);
    }
    m_line->setText(left.join(QLatin1Char(' ')));
    m_line->setFocus();
    if (!left.isEmpty())
        Q_EMIT refused(left.first());
}

void PinList::remove()
{
    qDeleteAll(m_list->selectedItems());
    updateButtons();
    if (!m_remove->isEnabled())
        (listed().isEmpty() ? static_cast<QWidget *>(m_line) : m_list)->setFocus();
}

void PinList::updateButtons()
{
    m_list->setVisible(m_list->count() > 0);
    m_remove->setVisible(m_list->count() > 0);
    m_remove->setEnabled(!m_list->selectedItems().isEmpty());
    m_add->setEnabled(!m_line->text().trimmed().isEmpty());
    m_shown->setEnabled(!m_offered.isEmpty() && !listed().contains(m_offered));
    QString words = tr("Test the connection first; then its key is known");
    if (m_shown->isEnabled())
        words = tr("From now on a certificate with another key is refused, too");
    else if (!m_offered.isEmpty())
        words = tr("It is in the list");
    m_shown->setToolTip(plainToolTip(words));
}

/// Enter in the line adds, and does not save the account.
void PinList::keyPressEvent(QKeyEvent *event)
{
    const bool enter = event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter;
    if (enter && m_line->hasFocus() && m_add->isEnabled())
        return add();
    QWidget::keyPressEvent(event);
}

} // namespace Ui
