#include "ui/transcript/transcriptview.h"

#include "core/base/atomicfile.h"
#include "ui/common/background.h"
#include "ui/common/explain.h"
#include "ui/common/format.h"
#include "ui/common/plainlabel.h"
#include "ui/common/prompts.h"
#include "ui/common/theme.h"
#include "ui/settings/preferences.h"
#include "ui/transcript/protocoldelegate.h"

#include <QAction>
#include <QCheckBox>
#include <QClipboard>
#include <QComboBox>
#include <QGuiApplication>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLocale>
#include <QPushButton>
#include <QRegularExpression>
#include <QScrollBar>
#include <QTreeView>
#include <QVBoxLayout>

#include <algorithm>

namespace Ui {

namespace {

QTreeView *makeTable(QWidget *parent, TranscriptModel *model)
{
    auto *table = new QTreeView(parent);
    table->setObjectName(QStringLiteral("transcriptTable"));
    table->setAccessibleName(TranscriptView::tr("Transcript"));
    table->setModel(model);
    table->setRootIsDecorated(false);
    table->setUniformRowHeights(true);
    table->setAllColumnsShowFocus(true);
    table->setSelectionMode(QAbstractItemView::ExtendedSelection);
    table->setTextElideMode(Qt::ElideRight);
    table->setHorizontalScrollMode(QAbstractItemView::ScrollPerPixel);
    const QFontMetrics fixed(fixedFont());
    QHeaderView *header = table->header();
    // Both halves of a line stay in sight at every width.
    header->setStretchLastSection(false);
    header->setSectionResizeMode(TranscriptModel::Said, QHeaderView::Stretch);
    header->setSectionResizeMode(TranscriptModel::Meaning, QHeaderView::Stretch);
    table->setItemDelegateForColumn(TranscriptModel::When, new ProtocolDelegate(table));
    table->setItemDelegateForColumn(TranscriptModel::Said, new ProtocolDelegate(table));
    header->resizeSection(TranscriptModel::When,
                          fixed.horizontalAdvance(QStringLiteral("00:00:00.000")) + 24);
    header->resizeSection(TranscriptModel::Who,
                          table->fontMetrics().horizontalAdvance(TranscriptView::tr("Server")) + 24);
    return table;
}

} // namespace

TranscriptView::TranscriptView(Preferences &preferences, Prompts &prompts, QWidget *parent)
    : QWidget(parent)
    , m_preferences(preferences)
    , m_prompts(prompts)
    , m_model(new TranscriptModel(this))
    , m_attempts(new QComboBox(this))
    , m_facts(new PlainLabel(this))
    , m_explain(new QCheckBox(tr("E&xplain lines"), this))
    , m_table(makeTable(this, m_model))
    , m_empty(new PlainLabel(this))
{
    m_attempts->setObjectName(QStringLiteral("attempts"));
    m_attempts->setAccessibleName(tr("Attempt"));
    m_attempts->setSizeAdjustPolicy(QComboBox::AdjustToContents);
    m_attempts->hide();
    connect(m_attempts, &QComboBox::activated, this, [this] { Q_EMIT attemptChosen(shownAttempt()); });
    m_facts->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_facts->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    m_explain->setObjectName(QStringLiteral("explain"));
    m_explain->setChecked(preferences.flag(Preference::ExplainTranscript));
    connect(m_explain, &QCheckBox::toggled, this, &TranscriptView::showMeanings);
    showMeanings(m_explain->isChecked());

    auto *copyButton =
        new QPushButton(icon(QStringLiteral("edit-copy"), QStringLiteral("copy")), tr("Cop&y"), this);
    copyButton->setObjectName(QStringLiteral("copyTranscript"));
    copyButton->setToolTip(tr("Copy the selected lines, or all, as text without secrets"));
    connect(copyButton, &QPushButton::clicked, this, &TranscriptView::copy);
    auto *saveButton = new QPushButton(icon(QStringLiteral("document-save-as"), QStringLiteral("save")),
                                       tr("Sav&e as…"), this);
    saveButton->setObjectName(QStringLiteral("saveTranscript"));
    connect(saveButton, &QPushButton::clicked, this, &TranscriptView::save);

    m_empty->setAlignment(Qt::AlignCenter);
    m_empty->setWordWrap(true);
    m_empty->setForegroundRole(QPalette::PlaceholderText);

    auto *row = new QHBoxLayout;
    row->addWidget(m_attempts);
    row->addWidget(m_facts, 1);
    row->addWidget(m_explain);
    row->addWidget(copyButton);
    row->addWidget(saveButton);
    auto *column = new QVBoxLayout(this);
    column->setContentsMargins(8, 8, 8, 8);
    column->addLayout(row);
    column->addWidget(m_table, 1);
    column->addWidget(m_empty, 1);

    auto *copyAction = new QAction(tr("Copy"), m_table);
    copyAction->setShortcut(QKeySequence::Copy);
    copyAction->setShortcutContext(Qt::WidgetShortcut);
    connect(copyAction, &QAction::triggered, this, &TranscriptView::copy);
    m_table->addAction(copyAction);
    m_table->setContextMenuPolicy(Qt::ActionsContextMenu);
    setEmptyText(
        tr("Once the message is on its way, each line of the conversation with the server stands here."));
}

void TranscriptView::setAttempts(const QList<Store::AttemptRow> &attempts, int shown)
{
    m_attempts->clear();
    m_facts->clear();
    for (const Store::AttemptRow &attempt : attempts) {
        m_attempts->addItem(
            tr("Attempt %1 · %2", "number, time")
                .arg(QLocale().toString(attempt.number),
                     QLocale().toString(attempt.started.toLocalTime().time(), QLocale::ShortFormat)),
            attempt.number);
        if (attempt.number == shown) {
            m_attempts->setCurrentIndex(m_attempts->count() - 1);
            m_facts->setText(attempt.tls.isEmpty()
                                 ? attempt.server
                                 : tr("%1 · %2", "server, encryption").arg(attempt.server, attempt.tls));
            m_facts->setToolTip(plainToolTip(m_facts->text()));
        }
    }
    m_attempts->setVisible(!attempts.isEmpty());
}

int TranscriptView::shownAttempt() const
{
    return m_attempts->currentData().toInt();
}

void TranscriptView::setTranscript(const Delivery::Transcript &transcript, const Delivery::Reason &reason)
{
    m_model->set(transcript, reason);
    updateEmpty();
    showDecidingLine();
}

void TranscriptView::append(const QList<Delivery::TranscriptLine> &lines)
{
    // Follows the end only for those who look at the end.
    const QScrollBar *bar = m_table->verticalScrollBar();
    const bool atEnd = bar->value() == bar->maximum();
    m_model->append(lines);
    updateEmpty();
    if (atEnd)
        m_table->scrollToBottom();
}

void TranscriptView::setEmptyText(const QString &text)
{
    m_empty->setText(text);
    updateEmpty();
}

void TranscriptView::updateEmpty()
{
    const bool empty = m_model->rowCount() == 0;
    m_empty->setVisible(empty);
    m_table->setVisible(!empty);
}

void TranscriptView::showDecidingLine()
{
    const int row = m_model->decidingRow();
    if (row < 0)
        return m_table->scrollToBottom();
    const QModelIndex index = m_model->index(row, TranscriptModel::Said);
    m_table->setCurrentIndex(index);
    m_table->scrollTo(index, QAbstractItemView::PositionAtCenter);
}

void TranscriptView::showMeanings(bool show)
{
    m_table->setColumnHidden(TranscriptModel::Meaning, !show);
    m_preferences.set(Preference::ExplainTranscript, show);
}

QString TranscriptView::text(bool selectedOnly) const
{
    QList<int> rows;
    const QModelIndexList selected = m_table->selectionModel()->selectedRows();
    for (const QModelIndex &index : selected)
        rows.append(index.row());
    std::sort(rows.begin(), rows.end());
    // One line is where the cursor stands, not a choice.
    if (!selectedOnly || rows.size() < 2) {
        rows.clear();
        for (int row = 0; row < m_model->rowCount(); ++row)
            rows.append(row);
    }
    return m_model->toText(rows, m_explain->isChecked());
}

void TranscriptView::copy()
{
    QGuiApplication::clipboard()->setText(text(true));
}

void TranscriptView::save()
{
    QString name = m_title.simplified().toLower();
    name.replace(
        QRegularExpression(QStringLiteral("[^\\w.-]+"), QRegularExpression::UseUnicodePropertiesOption),
        QStringLiteral("-"));
    const QString suggestion =
        QStringLiteral("%1.txt").arg(name.isEmpty() ? tr("transcript") : name.left(60));
    m_prompts.saveFile(this, tr("Save the transcript"), suggestion, [this](const QString &path) {
        if (path.isEmpty())
            return;
        const auto written =
            inBackground([path, bytes = text(false).toUtf8()] { return Base::writeAtomically(path, bytes); });
        whenAnswered(written, this, [this, path](const Base::Done &done) {
            m_facts->setText(done ? tr("Saved as %1").arg(path) : explain(done.error()).headline);
        });
    });
}

} // namespace Ui
