#include "ui/common/messagebar.h"

#include "ui/common/plainlabel.h"

#include <QAccessible>
#include <QEvent>
#include <QHBoxLayout>
#include <QPainter>
#include <QPushButton>
#include <QStyle>
#include <QToolButton>
#include <QVBoxLayout>

#include <algorithm>

namespace Ui {

namespace {

constexpr int edge = 4;

QLabel *makeLabel(QWidget *parent, const QString &objectName)
{
    auto *label = new PlainLabel(parent);
    label->setObjectName(objectName);
    label->setWordWrap(true);
    label->setTextInteractionFlags(Qt::TextSelectableByMouse);
    return label;
}

} // namespace

MessageBar::MessageBar(QWidget *parent)
    : QFrame(parent)
    , m_icon(new PlainLabel(this))
    , m_headline(makeLabel(this, QStringLiteral("headline")))
    , m_advice(makeLabel(this, QStringLiteral("advice")))
    , m_words(makeLabel(this, QStringLiteral("words")))
    , m_texts(new QVBoxLayout)
    , m_row(new QHBoxLayout(this))
    , m_buttonBox(new QWidget(this))
    , m_buttons(new QHBoxLayout(m_buttonBox))
    , m_close(new QToolButton(this))
{
    QFont bold = m_headline->font();
    bold.setBold(true);
    m_headline->setFont(bold);
    m_words->setFont(fixedFont());
    m_words->setLayoutDirection(Qt::LeftToRight); // a server's words are not mirrored
    m_close->setObjectName(QStringLiteral("closeBar"));
    m_close->setIcon(icon(QStringLiteral("close")));
    m_close->setAutoRaise(true);
    m_close->setToolTip(tr("Hide this"));
    m_close->setAccessibleName(tr("Hide this"));
    connect(m_close, &QToolButton::clicked, this, [this] {
        clear();
        Q_EMIT closed();
    });

    m_texts->setSpacing(2);
    m_texts->addWidget(m_headline);
    m_texts->addWidget(m_advice);
    m_texts->addWidget(m_words);
    m_buttons->setContentsMargins(0, 4, 0, 0);
    m_buttons->setSpacing(8);
    m_buttons->addStretch(1);
    m_texts->addWidget(m_buttonBox);
    m_buttonBox->hide();

    m_row->setContentsMargins(8 + edge, 8, 8, 8);
    m_row->setSpacing(8);
    m_row->addWidget(m_icon, 0, Qt::AlignTop);
    m_row->addLayout(m_texts, 1);
    m_row->addWidget(m_close, 0, Qt::AlignTop);
    setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Maximum);
    hide();
}

void MessageBar::tell(Role role, const Explanation &explanation)
{
    m_role = role;
    removeButtons();
    showIcon();
    m_headline->setText(explanation.headline);
    m_advice->setText(explanation.advice);
    m_advice->setVisible(!explanation.advice.isEmpty());
    m_words->setText(explanation.words.isEmpty() ? QString() : tr("“%1”").arg(explanation.words));
    m_words->setVisible(!explanation.words.isEmpty());
    placeButtons(explanation.advice.isEmpty() && explanation.words.isEmpty());
    setAccessibleName(explanation.headline);
    setAccessibleDescription(explanation.advice);
    fit();
    show();
    update();
    QAccessibleEvent event(this, QAccessible::Alert); // read out by screen readers
    QAccessible::updateAccessibility(&event);
}

void MessageBar::addButton(const QString &text, const QString &objectName, std::function<void()> action)
{
    auto *button = new QPushButton(text, this);
    button->setObjectName(objectName);
    button->setAutoDefault(false);
    connect(button, &QPushButton::clicked, this, std::move(action));
    m_buttons->insertWidget(m_buttons->count() - 1, button);
    m_buttonBox->show();
    button->show();
    fit();
}

void MessageBar::setClosable(bool closable)
{
    m_close->setVisible(closable);
}

void MessageBar::clear()
{
    removeButtons();
    m_headline->clear();
    hide();
}

QString MessageBar::headline() const
{
    return m_headline->text();
}

/// A lone headline leaves room beside it; under more text the buttons stand below.
void MessageBar::placeButtons(bool beside)
{
    m_row->removeWidget(m_buttonBox);
    m_texts->removeWidget(m_buttonBox);
    m_buttons->setContentsMargins(0, beside ? 0 : 4, 0, 0);
    if (beside)
        m_row->insertWidget(m_row->indexOf(m_close), m_buttonBox, 0, Qt::AlignVCenter);
    else
        m_texts->addWidget(m_buttonBox);
}

void MessageBar::removeButtons()
{
    m_buttonBox->hide();
    const auto buttons = findChildren<QPushButton *>();
    for (QPushButton *button : buttons) {
        m_buttons->removeWidget(button);
        button->hide();
        button->setObjectName({});
        button->deleteLater(); // it may be the one whose click is being handled
    }
}

void MessageBar::paintEvent(QPaintEvent *event)
{
    QPainter painter(this);
    painter.fillRect(rect(), ground(m_role, palette()));
    const QRect bar(0, 0, edge, height());
    painter.fillRect(QStyle::visualRect(layoutDirection(), rect(), bar), colour(m_role, palette()));
    painter.end();
    QFrame::paintEvent(event);
}

void MessageBar::showIcon()
{
    const int side = iconSide(*this);
    m_icon->setPixmap(icon(m_role).pixmap(side, side));
}

/// Wrapped lines are not cut, however small the pane: what is said here matters more than what lies below.
void MessageBar::fit()
{
    m_row->activate();
    setMinimumHeight(std::max(0, m_row->heightForWidth(std::max(width(), minimumSizeHint().width()))));
}

void MessageBar::resizeEvent(QResizeEvent *event)
{
    QFrame::resizeEvent(event);
    fit();
}

void MessageBar::changeEvent(QEvent *event)
{
    if (event->type() == QEvent::PaletteChange && !m_headline->text().isEmpty())
        showIcon();
    QFrame::changeEvent(event);
}

QSize MessageBar::minimumSizeHint() const
{
    return {160, QFrame::minimumSizeHint().height()};
}

} // namespace Ui
