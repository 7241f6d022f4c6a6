#include "ui/outbox/messagedetails.h"

#include "core/base/clock.h"
#include "ui/common/explainkeeping.h"
#include "ui/common/format.h"
#include "ui/common/limitstanding.h"
#include "ui/common/messagebar.h"
#include "ui/common/plainlabel.h"
#include "ui/common/schedulewords.h"
#include "ui/common/theme.h"
#include "ui/outbox/messagerules.h"
#include "ui/outbox/messageview.h"
#include "ui/outbox/recipientmodel.h"
#include "ui/transcript/transcriptview.h"

#include <QHeaderView>
#include <QStackedWidget>
#include <QTabWidget>
#include <QTreeView>
#include <QVBoxLayout>

namespace Ui {

namespace {

constexpr qsizetype mostGrowing = 64; // transcripts of attempts under way

QTreeView *makeRecipientTable(QWidget *parent, RecipientModel *model)
{
    auto *table = new QTreeView(parent);
    table->setObjectName(QStringLiteral("recipientTable"));
    table->setAccessibleName(MessageDetails::tr("Recipients"));
    table->setModel(model);
    table->setRootIsDecorated(false);
    table->setUniformRowHeights(true);
    table->setAllColumnsShowFocus(true);
    table->setTextElideMode(Qt::ElideMiddle);
    table->setIconSize({iconSide(*parent), iconSide(*parent)});
    const int letter = table->fontMetrics().averageCharWidth();
    table->header()->resizeSection(RecipientModel::State, letter * 14);
    table->header()->resizeSection(RecipientModel::Who, letter * 28);
    table->header()->resizeSection(RecipientModel::Field, letter * 6);
    table->header()->resizeSection(RecipientModel::Attempts, letter * 10);
    table->header()->setStretchLastSection(true);
    return table;
}

/// Whether the state says all: there is no reason, or an old one, from before the person stopped it.
bool speaksForItself(const Store::MessageRow &message)
{
    using enum Delivery::MessageState;
    const bool stopped =
        message.state == Cancelled || (message.state == Held && message.reason.reply.isTransient());
    return message.reason.isNull() || stopped;
}

QList<Store::RecipientRow> refusedIn(const Store::MessageDetails &details)
{
    QList<Store::RecipientRow> refused = details.recipients;
    refused.removeIf(
        [](const Store::RecipientRow &row) { return row.state != Delivery::RecipientState::Refused; });
    return refused;
}

/// Some were refused at their turn: what decided about them says more than how the attempt as a whole ended.
Explanation explainRefused(const QList<Store::RecipientRow> &refused)
{
    Explanation explanation = explain(refused.first().reason);
    if (refused.size() == 1)
        explanation.headline = MessageDetails::tr("%1 was refused. %2", "address, a sentence why")
                                   .arg(refused.first().address, explanation.headline);
    else
        explanation.headline = MessageDetails::tr("%n recipients were refused. The first: %1", nullptr,
                                                  static_cast<int>(refused.size()))
                                   .arg(explanation.headline);
    return explanation;
}

} // namespace

MessageDetails::MessageDetails(const Store::MessageQuery &query, const Base::Clock &clock,
                               Preferences &preferences, Prompts &prompts, QWidget *parent)
    : QWidget(parent)
    , m_query(query)
    , m_clock(clock)
    , m_pages(new QStackedWidget(this))
    , m_empty(new PlainLabel(this))
    , m_bar(new MessageBar(this))
    , m_tabs(new QTabWidget(this))
    , m_recipients(new RecipientModel(this))
    , m_recipientTable(makeRecipientTable(this, m_recipients))
    , m_transcript(new TranscriptView(preferences, prompts, this))
    , m_message(new MessageView(query, this))
{
    m_bar->setObjectName(QStringLiteral("messageBanner"));
    m_bar->setClosable(false);
    m_tabs->setObjectName(QStringLiteral("detailTabs"));
    m_tabs->setDocumentMode(true);
    m_tabs->addTab(m_recipientTable, tr("Recip&ients"));
    m_tabs->addTab(m_transcript, tr("Transcri&pt"));
    m_tabs->addTab(m_message, tr("Messa&ge"));
    m_empty->setAlignment(Qt::AlignCenter);
    m_empty->setWordWrap(true);
    m_empty->setForegroundRole(QPalette::PlaceholderText);
    connect(m_transcript, &TranscriptView::attemptChosen, this, [this](int number) { load(number); });

    auto *page = new QWidget(this);
    auto *column = new QVBoxLayout(page);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addWidget(m_bar);
    column->addWidget(m_tabs, 1);
    m_pages->addWidget(m_empty);
    m_pages->addWidget(page);
    auto *outer = new QVBoxLayout(this);
    outer->setContentsMargins(0, 0, 0, 0);
    outer->addWidget(m_pages);
    setEmptyText(tr("Choose a message to see what happened to it."));
}

void MessageDetails::setEmptyText(const QString &text)
{
    m_empty->setText(text);
}

void MessageDetails::show(Base::MessageId id)
{
    if (id == m_id)
        return;
    m_id = id;
    m_attempt = 0;
    m_latest = true;
    load(0);
}

void MessageDetails::refresh()
{
    if (m_id.isValid())
        load(m_latest ? 0 : m_attempt);
}

void MessageDetails::load(int attempt)
{
    const Base::Result<Store::MessageDetails> details = m_query.details(m_id);
    m_pages->setCurrentIndex(details ? 1 : 0);
    if (!details) {
        m_bar->clear();
        m_message->clear();
        return;
    }
    const int newest = details->attempts.isEmpty() ? 0 : details->attempts.last().number;
    m_latest = attempt == 0 || attempt == newest;
    const int shown = attempt == 0 ? newest : attempt;
    tell(*details);
    m_recipients->set(details->recipients);
    m_message->show(details->message);
    m_transcript->setTitle(details->message.subject);
    m_transcript->setAttempts(details->attempts, shown);

    const auto row = std::find_if(details->attempts.begin(), details->attempts.end(),
                                  [shown](const Store::AttemptRow &each) { return each.number == shown; });
    const bool underWay = row != details->attempts.end() && !row->finished;
    if (underWay && shown == m_attempt)
        return; // it grows by itself
    m_attempt = shown;
    Delivery::Transcript transcript;
    if (underWay && m_growing.value(m_id).attempt == shown) {
        transcript = m_growing.value(m_id).transcript;
    } else if (shown > 0) {
        m_growing.remove(m_id);
        if (const Base::Result<Delivery::Transcript> stored = m_query.transcript(m_id, shown))
            transcript = *stored;
    }
    m_transcript->setTranscript(transcript,
                                row == details->attempts.end() ? Delivery::Reason{} : row->reason);
}

void MessageDetails::grow(const Outbox::TranscriptGrew &grew)
{
    if (m_growing.size() >= mostGrowing && !m_growing.contains(grew.message))
        m_growing.clear(); // long finished, most of them
    Growing &growing = m_growing[grew.message];
    if (growing.attempt != grew.attempt)
        growing = {grew.attempt, {}};
    for (const Delivery::TranscriptLine &line : grew.lines)
        growing.transcript.add(line);
    if (grew.message != m_id || !m_latest)
        return;
    if (grew.attempt != m_attempt) {
        m_attempt = grew.attempt;
        m_transcript->setTranscript({}, {});
    }
    m_transcript->append(grew.lines);
}

void MessageDetails::tell(const Store::MessageDetails &details)
{
    const Store::MessageRow &message = details.message;
    Explanation explanation = speaksForItself(message) ? explain(message.state) : explain(message.reason);
    const QList<Store::RecipientRow> refused = refusedIn(details);
    const bool some =
        refused.size() < details.recipients.size() || message.reason.scope == Delivery::Scope::Recipient;
    const bool ended = message.state == Delivery::MessageState::Failed ||
                       message.state == Delivery::MessageState::PartlySent;
    if (ended && some && !refused.isEmpty() && !refused.first().reason.isNull())
        explanation = explainRefused(refused);
    const Base::Result<Delivery::Reason> pause = m_query.pauseOf(message.account);
    const bool waitsForPerson = pause && !pause->isNull();
    if (message.state == Delivery::MessageState::Queued && waitsForPerson)
        explanation.advice =
            pause->error && pause->error->kind == Base::ErrorKind::OnHold
                ? explain(*pause).headline
                : tr("It waits until the account “%1” can sign in again.").arg(message.accountName);
    if (Delivery::isBeforeLeaving(message.state) && message.nextAttempt)
        explanation = leavingWords(message);
    if (message.state == Delivery::MessageState::Deferred && message.nextAttempt && !waitsForPerson) {
        const qint64 wait = m_clock.now().msecsTo(*message.nextAttempt);
        explanation.advice = wait > 0 ? tr("It is tried again by itself %1.", "when")
                                            .arg(relativeTime(*message.nextAttempt, m_clock.now()))
                                      : tr("It is tried again now.");
    }
    const bool isLate = tellPatience(message, waitsForPerson, explanation);
    if (message.state == Delivery::MessageState::Sent) {
        explanation = explain(message.state);
        if (!message.queueId.isEmpty())
            explanation.advice =
                tr("Nothing needs doing. The server calls the message %1.").arg(message.queueId);
        if (!details.recipients.isEmpty())
            explanation.words = details.recipients.first().reason.reply.toString();
    }
    const bool copyFails = details.copy && details.copy->problem;
    const bool nothingElse = message.state == Delivery::MessageState::Sent;
    if (copyFails && nothingElse)
        explanation = explain(*details.copy);
    else if (copyFails)
        explanation.advice += QLatin1Char(' ') + explain(*details.copy).headline;
    const bool warns = isLate || (copyFails && nothingElse);
    m_bar->tell(warns ? Role::Warning : roleOf(message.state), explanation);
    offer(details);
}

/// What a limit of its account, or the end of patience, means for it. True: it takes so long that the person
/// is told.
bool MessageDetails::tellPatience(const Store::MessageRow &message, bool waitsForPerson,
                                  Explanation &explanation) const
{
    const QDateTime now = m_clock.now();
    const QTimeZone zone = QTimeZone::systemTimeZone();
    QStringList sentences;
    if (const auto wait = LimitStandings(m_query).limitOf(message, now); wait && !waitsForPerson)
        sentences.append(limitWords(*wait, now, zone));
    else if (!explanation.advice.isEmpty())
        sentences.append(explanation.advice);
    const Base::Result<Delivery::RetrySchedule> schedule = m_query.schedule();
    const bool isLate = message.state == Delivery::MessageState::Deferred && schedule &&
                        Delivery::patienceWith(*schedule, message.since, message.attempts, now) !=
                            Delivery::Patience::Waiting;
    if (isLate)
        sentences.append(warningWords(*schedule, message.since, now, zone));
    explanation.advice = sentences.join(QLatin1Char(' '));
    return isLate;
}

Explanation MessageDetails::leavingWords(const Store::MessageRow &message) const
{
    Explanation explanation = explain(message.state);
    const QTimeZone here = QTimeZone::systemTimeZone();
    const QString when = dayAndTime(*message.nextAttempt, m_clock.now(), here);
    if (message.state == Delivery::MessageState::Undoable) {
        const QTime time = message.nextAttempt->toTimeZone(here).time();
        explanation.headline = tr("This message leaves at %1.", "time")
                                   .arg(QLocale().toString(time, QStringLiteral("HH:mm:ss")));
        return explanation;
    }
    explanation.headline = tr("This message leaves %1.", "day and time").arg(when);
    const Base::Result<Delivery::ScheduledTime> planned = m_query.planOf(message.id);
    if (planned && !planned->isNull() && planned->zone != here.id())
        explanation.headline =
            tr("This message leaves %1; that is %2 in %3.", "day and time, time, zone")
                .arg(when, clockText(planned->local.time()), QString::fromUtf8(planned->zone));
    return explanation;
}

void MessageDetails::offer(const Store::MessageDetails &details)
{
    const Store::MessageRow &message = details.message;
    const MessageRules rules = rulesFor(message.state);
    const bool account = !message.reason.isNull() && message.reason.scope == Delivery::Scope::Account;
    const bool signIn = account && message.reason.stage == Delivery::Stage::Auth;
    if (rules.resolve) {
        offer(tr("It &arrived"), QStringLiteral("arrived"), MessageWish::Arrived);
        offer(tr("&Send again"), QStringLiteral("sendAgain"), MessageWish::Resend);
    }
    if (signIn && !Delivery::isFinal(message.state))
        offer(tr("Sig&n in again…"), QStringLiteral("signIn"), MessageWish::SignIn);
    if (rules.undo)
        offer(m_query.canTakeBack(message.id) ? tr("&Undo") : tr("&Hold"), QStringLiteral("undo"),
              MessageWish::Undo);
    if (rules.undo)
        offer(tr("Send no&w"), QStringLiteral("sendNow"), MessageWish::Retry);
    const bool overdue = message.reason.error && message.reason.error->kind == Base::ErrorKind::Overdue;
    if (message.state == Delivery::MessageState::Scheduled || (rules.release && overdue))
        offer(tr("Send la&ter…"), QStringLiteral("sendLater"), MessageWish::Schedule);
    if (rules.release)
        offer(tr("&Release"), QStringLiteral("release"), MessageWish::Release);
    if (rules.retry && !rules.undo && message.state != Delivery::MessageState::Queued)
        offer(message.state == Delivery::MessageState::Deferred ? tr("Retry no&w") : tr("&Retry"),
              QStringLiteral("retryNow"), MessageWish::Retry);
    if (rules.edit && Delivery::isFinal(message.state) && !rules.resolve &&
        message.state != Delivery::MessageState::Sent)
        offer(tr("E&dit and send again…"), QStringLiteral("editAgain"), MessageWish::Edit);
    if (rules.cancel)
        offer(tr("&Cancel sending"), QStringLiteral("cancelSending"), MessageWish::Cancel);
    if (m_tabs->currentWidget() != m_transcript && !message.reason.isNull() && !details.attempts.isEmpty())
        m_bar->addButton(tr("Show the &line"), QStringLiteral("showLine"), [this] { showTranscript(); });
}

void MessageDetails::offer(const QString &text, const QString &objectName, MessageWish wish)
{
    m_bar->addButton(text, objectName, [this, wish] { Q_EMIT wanted(wish, m_id); });
}

void MessageDetails::focusContent()
{
    m_tabs->setFocus(Qt::ShortcutFocusReason);
}

void MessageDetails::showTranscript()
{
    m_tabs->setCurrentWidget(m_transcript);
    m_transcript->showDecidingLine();
}

} // namespace Ui
