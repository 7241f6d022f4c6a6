#include "ui/outbox/messageview.h"

#include "ui/common/explain.h"
#include "ui/common/format.h"
#include "ui/common/plainlabel.h"
#include "ui/common/theme.h"
#include "ui/outbox/messagetext.h"

#include <QCheckBox>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QPlainTextEdit>
#include <QVBoxLayout>

namespace Ui {

namespace {

constexpr qint64 shownOctets = 256 << 10;

/// A message may hold anything: controls and what turns the direction of text around stay out of the window
/// (law 9).
QString harmless(QString text)
{
    text.removeIf([](QChar c) {
        const char16_t u = c.unicode();
        const bool control = (u < 0x20 && u != '\n' && u != '\t') || (u >= 0x7f && u < 0xa0);
        return control || (u >= 0x202a && u <= 0x202e) || (u >= 0x2066 && u <= 0x2069);
    });
    return text;
}

} // namespace

MessageView::MessageView(const Store::MessageQuery &query, QWidget *parent)
    : QWidget(parent)
    , m_query(query)
    , m_facts(new QFormLayout)
    , m_raw(new QCheckBox(tr("S&ource, as it is sent"), this))
    , m_cut(new PlainLabel(this))
    , m_text(new QPlainTextEdit(this))
{
    m_text->setObjectName(QStringLiteral("messageText"));
    m_text->setAccessibleName(tr("Text of the message"));
    m_text->setReadOnly(true);
    m_text->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    m_raw->setObjectName(QStringLiteral("showSource"));
    connect(m_raw, &QCheckBox::toggled, this, &MessageView::render);
    m_cut->setForegroundRole(QPalette::PlaceholderText);
    m_facts->setHorizontalSpacing(16);
    m_facts->setVerticalSpacing(2);
    m_facts->setRowWrapPolicy(QFormLayout::DontWrapRows);

    auto *below = new QHBoxLayout;
    below->addWidget(m_raw);
    below->addStretch(1);
    below->addWidget(m_cut);
    auto *column = new QVBoxLayout(this);
    column->setContentsMargins(8, 8, 8, 8);
    column->addLayout(m_facts);
    column->addWidget(m_text, 1);
    column->addLayout(below);
}

void MessageView::show(const Store::MessageRow &message)
{
    if (m_loaded && message.id == m_message.id && message.queueId == m_message.queueId)
        return; // the content never changes
    m_message = message;
    m_loaded = false;
    if (isVisible())
        load();
}

void MessageView::showSource(const QByteArray &source, const QString &note)
{
    m_message = {};
    m_loaded = true;
    m_source = source.left(shownOctets);
    m_note =
        source.size() > shownOctets ? tr("Only the first %1 are shown.").arg(sizeText(shownOctets)) : note;
    render();
}

void MessageView::clear()
{
    m_message = {};
    m_loaded = true;
    m_source.clear();
    m_note.clear();
    render();
}

void MessageView::showEvent(QShowEvent *event)
{
    QWidget::showEvent(event);
    if (!m_loaded)
        load();
}

void MessageView::load()
{
    m_loaded = true;
    m_note.clear();
    const Base::Result<QByteArray> source = m_query.source(m_message.id, shownOctets);
    if (source) {
        m_source = *source;
        if (m_message.size > m_source.size())
            m_note = tr("Only the first %1 of %2 are shown.")
                         .arg(sizeText(m_source.size()), sizeText(m_message.size));
    } else {
        m_source.clear();
        m_note = explain(source.error()).headline;
    }
    render();
}

void MessageView::addFact(const QString &label, const QString &value)
{
    if (value.isEmpty())
        return;
    auto *text = new PlainLabel(value, this);
    text->setWordWrap(true);
    text->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_facts->addRow(label, text);
}

void MessageView::render()
{
    while (m_facts->rowCount() > 0)
        m_facts->removeRow(0);
    const MessageText message = readMessageText(m_source);
    if (!m_source.isEmpty()) {
        addFact(tr("From:"), message.field(QStringLiteral("From")));
        addFact(tr("To:"), message.field(QStringLiteral("To")));
        addFact(tr("Cc:"), message.field(QStringLiteral("Cc")));
        addFact(tr("Subject:"), message.field(QStringLiteral("Subject")));
        addFact(tr("Date:"), message.field(QStringLiteral("Date")));
        addFact(tr("Attached:"), message.attachments.join(tr(", ", "between file names")));
        addFact(tr("Queue id:"), m_message.queueId);
    }
    const bool raw = m_raw->isChecked() || (!m_source.isEmpty() && !message.readable);
    m_text->setFont(raw ? fixedFont() : font());
    m_text->setLineWrapMode(raw ? QPlainTextEdit::NoWrap : QPlainTextEdit::WidgetWidth);
    m_text->setPlainText(harmless(raw ? QString::fromUtf8(m_source) : message.text));
    m_raw->setEnabled(!m_source.isEmpty());
    m_cut->setText(m_note);
}

} // namespace Ui
