#include "ui/compose/composewindow.h"

#include "ui/common/background.h"
#include "ui/common/format.h"
#include "ui/common/messagebar.h"
#include "ui/common/plainlabel.h"
#include "ui/common/prompts.h"
#include "ui/common/theme.h"
#include "ui/compose/attachmentview.h"
#include "ui/compose/bodyedit.h"
#include "ui/compose/composehead.h"
#include "ui/compose/draftkeeper.h"
#include "ui/compose/limithint.h"
#include "ui/settings/preferences.h"

#include <QAction>
#include <QCloseEvent>
#include <QLocale>
#include <QMimeData>
#include <QRegularExpression>
#include <QStatusBar>
#include <QTime>
#include <QToolBar>
#include <QVBoxLayout>

namespace Ui {

namespace {

constexpr int lookMs = 800;

/// Stems that speak of an attachment, in English and in the person's language.
QStringList attachmentWords()
{
    QStringList words{QStringLiteral("attach"), QStringLiteral("enclos")};
    const QString own = ComposeWindow::tr(
        "attach,enclos", "lower-case stems of words that speak of an attachment, with commas");
    words.append(own.toLower().split(QLatin1Char(','), Qt::SkipEmptyParts));
    words.removeDuplicates();
    return words;
}

} // namespace

ComposeWindow::ComposeWindow(Outbox::Mailroom &mailroom, const Store::MessageQuery &query,
                             Preferences &preferences, Prompts &prompts, QWidget *parent)
    : QMainWindow(parent)
    , m_mailroom(mailroom)
    , m_query(query)
    , m_preferences(preferences)
    , m_prompts(prompts)
    , m_keeper(new DraftKeeper(mailroom, preferences.number(Preference::AutosaveSeconds), this))
    , m_head(new ComposeHead(query, this))
    , m_bar(new MessageBar(this))
    , m_limitHint(new LimitHint(query, this))
    , m_body(new BodyEdit(this))
    , m_attachments(new AttachmentView(this))
    , m_counts(new PlainLabel(this))
    , m_saved(new PlainLabel(this))
{
    setAttribute(Qt::WA_DeleteOnClose);
    setObjectName(QStringLiteral("composer"));
    setWindowIcon(applicationIcon());
    setAcceptDrops(true);
    m_bar->setObjectName(QStringLiteral("composeBar"));
    makeActions();

    auto *page = new QWidget(this);
    auto *column = new QVBoxLayout(page);
    column->setContentsMargins(8, 8, 8, 8);
    column->setSpacing(8);
    column->addWidget(m_head);
    column->addWidget(m_bar);
    column->addWidget(m_limitHint);
    column->addWidget(m_body, 1);
    column->addWidget(m_attachments);
    setCentralWidget(page);
    statusBar()->addWidget(m_counts);
    statusBar()->addPermanentWidget(m_saved);
    m_saved->setObjectName(QStringLiteral("saved"));

    connect(m_head, &ComposeHead::edited, this, &ComposeWindow::edited);
    connect(m_body, &QPlainTextEdit::textChanged, this, &ComposeWindow::edited);
    connect(m_body, &BodyEdit::filesGiven, m_attachments, &AttachmentView::add);
    connect(m_attachments, &AttachmentView::edited, this, &ComposeWindow::edited);
    connect(m_attachments, &AttachmentView::refused, this,
            [this](const Base::Error &error) { complain(error, Message::Place::Attachments); });
    connect(&m_mailroom, &Outbox::Mailroom::accountsChanged, m_head, &ComposeHead::loadAccounts);
    connect(m_keeper, &DraftKeeper::kept, this, [this] {
        showStatus(tr("Saved %1").arg(QLocale().toString(QTime::currentTime(), QLocale::ShortFormat)));
    });
    connect(m_keeper, &DraftKeeper::notKept, this,
            [this](const Base::Error &error) { m_bar->tell(Role::Error, explain(error)); });
    m_looking.setSingleShot(true);
    m_looking.setInterval(lookMs);
    connect(&m_looking, &QTimer::timeout, this, &ComposeWindow::look);

    resize(windowSize(*this, 100, 38));
    restoreGeometry(preferences.bytes(Preference::ComposerGeometry));
    m_head->chooseAccount(Base::AccountId{preferences.number(Preference::LastAccount)});
    setDraft({}, true);
}

void ComposeWindow::makeActions()
{
    auto *bar = addToolBar(tr("Composer"));
    bar->setObjectName(QStringLiteral("composerBar"));
    bar->setMovable(false);
    bar->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    const auto add = [this, bar](const QIcon &picture, const QString &text, const QString &objectName,
                                 const QList<QKeySequence> &keys, auto slot) {
        QAction *action = bar->addAction(picture, text);
        action->setObjectName(objectName);
        action->setShortcuts(keys);
        const QString plain = QString(text).remove(QLatin1Char('&'));
        action->setToolTip(plainToolTip(
            keys.isEmpty()
                ? plain
                : tr("%1 (%2)", "action, keys").arg(plain, keys.first().toString(QKeySequence::NativeText))));
        connect(action, &QAction::triggered, this, slot);
        return action;
    };
    m_sendAction =
        add(icon(QStringLiteral("mail-send"), QStringLiteral("send")), tr("&Send"), QStringLiteral("send"),
            {QKeySequence(Qt::CTRL | Qt::Key_Return), QKeySequence(Qt::CTRL | Qt::Key_Enter)},
            &ComposeWindow::send);
    m_laterAction = add(icon(QString(), QStringLiteral("state-scheduled")), tr("Send la&ter…"),
                        QStringLiteral("sendLater"), {QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_Return)},
                        &ComposeWindow::sendLater);
    add(icon(QStringLiteral("document-save"), QStringLiteral("save")), tr("Sa&ve draft"),
        QStringLiteral("saveDraft"), {QKeySequence::Save}, &ComposeWindow::saveDraft);
    add(icon(QStringLiteral("mail-attachment"), QStringLiteral("attach")), tr("&Attach…"),
        QStringLiteral("attach"), {QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_A)},
        &ComposeWindow::chooseFiles);
    bar->addSeparator();
    add(icon(QStringLiteral("edit-delete"), QStringLiteral("delete")), tr("&Discard"),
        QStringLiteral("discard"), {}, &ComposeWindow::discard);
    auto *close = new QAction(tr("Close"), this);
    close->setShortcuts({QKeySequence(QKeySequence::Close), QKeySequence(Qt::Key_Escape)});
    connect(close, &QAction::triggered, this, &QWidget::close);
    addAction(close);
}

// ── the draft
// ───────────────────────────────────────────────────────────────────────────────────────────────────────

void ComposeWindow::setDraft(const Message::Draft &draft, bool kept)
{
    m_loading = true;
    m_base = draft;
    m_head->setDraft(draft);
    // A sender that is the account's own needs no saying; another one stays with the draft.
    const Base::Result<Accounts::Account> account = m_query.account(m_head->account());
    const Base::Result<Message::Address> sender = Message::Address::parse(draft.from);
    if (account && sender && sender->addrSpec() == account->fromAddress)
        m_base.from.clear();
    m_body->setPlainText(draft.text);
    m_attachments->setAttachments(draft.attachments);
    m_loading = false;
    m_keeper->begin(this->draft(), kept);
    QWidget *empty = m_head->firstEmpty();
    (empty ? empty : m_body)->setFocus();
    edited();
}

Message::Draft ComposeWindow::draft() const
{
    Message::Draft draft = m_base;
    draft.id = m_keeper->id().isValid() ? m_keeper->id() : m_base.id;
    m_head->putInto(draft);
    draft.text = m_body->toPlainText();
    draft.attachments = m_attachments->attachments();
    return draft;
}

Base::DraftId ComposeWindow::draftId() const
{
    return m_keeper->id();
}

void ComposeWindow::attach(const QStringList &paths)
{
    m_attachments->add(paths);
}

void ComposeWindow::askForAttachments(const QStringList &names)
{
    if (names.isEmpty())
        return;
    Explanation explanation;
    explanation.headline = names.size() == 1 ? tr("One file has to be attached again.")
                                             : tr("%n files have to be attached again.", nullptr,
                                                  static_cast<int>(names.size()));
    explanation.advice = names.join(tr(", ", "between file names"));
    m_bar->tell(Role::Info, explanation);
    m_bar->addButton(tr("&Attach…"), QStringLiteral("barAttach"), [this] { chooseFiles(); });
}

void ComposeWindow::edited()
{
    if (m_loading)
        return;
    const Message::Draft now = draft();
    m_keeper->edit(now);
    m_sendAnyway = false;
    if (m_bar->isVisible() && m_bar->role() == Role::Error)
        m_bar->clear(); // it is being mended
    setWindowTitle(now.subject.trimmed().isEmpty() ? tr("New message") : now.subject.simplified());
    if (!m_keeper->isKept())
        showStatus(tr("Not saved yet"));
    else
        showStatus(m_saved->text());
    m_looking.start();
}

void ComposeWindow::showStatus(const QString &saved)
{
    static const QRegularExpression wordEnds(QStringLiteral("\\s+"));
    const auto words = static_cast<int>(m_body->toPlainText().split(wordEnds, Qt::SkipEmptyParts).size());
    QStringList parts{words == 1 ? tr("1 word") : tr("%n words", nullptr, words)};
    const auto files = static_cast<int>(m_attachments->attachments().size());
    if (files > 0) {
        const QString size = sizeText(m_attachments->totalSize());
        parts.append(files == 1 ? tr("1 attachment, %1").arg(size)
                                : tr("%n attachments, %1", nullptr, files).arg(size));
    }
    m_counts->setText(parts.join(QStringLiteral(" · ")));
    m_saved->setText(saved);
}

// ── what is wrong
// ───────────────────────────────────────────────────────────────────────────────────────────────────

/// While writing: only what the person will want to know before sending.
void ComposeWindow::look()
{
    m_limitHint->look(draft(), m_head->account(), QDateTime::currentDateTimeUtc());
    const Message::Hint hint = Message::Hint::AttachmentForgotten;
    const bool forgotten =
        Message::hintsFor(draft(), attachmentWords()).contains(hint) && !m_dismissed.contains(hint);
    const bool shown = m_bar->property("hint").toBool() && m_bar->isVisible();
    if (forgotten && !m_bar->isVisible()) {
        m_bar->tell(Role::Warning, explain(hint));
        m_bar->addButton(tr("&Attach…"), QStringLiteral("barAttach"), [this] { chooseFiles(); });
        m_bar->addButton(tr("&Nothing to attach"), QStringLiteral("barNothing"), [this, hint] {
            m_dismissed.append(hint);
            m_bar->clear();
        });
        m_bar->setProperty("hint", true);
    } else if (!forgotten && shown) {
        m_bar->clear();
    }
}

void ComposeWindow::complain(const Base::Error &error, Message::Place place)
{
    m_bar->setProperty("hint", false);
    m_bar->tell(Role::Error, explain(error));
    if (error.kind == Base::ErrorKind::NoAccount || error.kind == Base::ErrorKind::UnknownAccount)
        m_bar->addButton(tr("&Add account…"), QStringLiteral("barAddAccount"),
                         [this] { Q_EMIT accountWanted(); });
    if (place == Message::Place::Attachments)
        m_bar->addButton(tr("&Attach…"), QStringLiteral("barAttach"), [this] { chooseFiles(); });
    if (QWidget *field = fieldOf(place))
        field->setFocus(Qt::OtherFocusReason);
}

QWidget *ComposeWindow::fieldOf(Message::Place place) const
{
    if (place == Message::Place::Text)
        return m_body;
    if (place == Message::Place::Attachments)
        return m_attachments->isVisible() ? static_cast<QWidget *>(m_attachments) : m_body;
    return m_head->fieldOf(place);
}

bool ComposeWindow::checkProblems()
{
    if (!m_head->hasAccount()) {
        complain({Base::ErrorKind::NoAccount, {}, {}}, Message::Place::From);
        return false;
    }
    m_head->check();
    const QList<Message::Issue> problems = Message::problemsInText(draft());
    if (problems.isEmpty())
        return true;
    const Message::Issue &first = problems.first();
    if (first.error.kind == Base::ErrorKind::BadAddress && first.place != Message::Place::From) {
        m_bar->clear(); // the line itself says what is wrong with it
        m_head->fieldOf(first.place)->setFocus(Qt::OtherFocusReason);
    } else {
        complain(first.error, first.place);
    }
    return false;
}

bool ComposeWindow::checkHints()
{
    QList<Message::Hint> hints = Message::hintsFor(draft(), attachmentWords());
    hints.removeIf([this](Message::Hint hint) { return m_dismissed.contains(hint); });
    if (hints.isEmpty() || m_sendAnyway)
        return true;
    // The forgotten attachment is what people regret most.
    const Message::Hint hint = hints.contains(Message::Hint::AttachmentForgotten)
                                   ? Message::Hint::AttachmentForgotten
                                   : hints.first();
    m_bar->setProperty("hint", false);
    m_bar->tell(Role::Warning, explain(hint));
    if (hint == Message::Hint::AttachmentForgotten)
        m_bar->addButton(tr("&Attach…"), QStringLiteral("barAttach"), [this] { chooseFiles(); });
    m_bar->addButton(tr("Send an&yway"), QStringLiteral("sendAnyway"), [this] {
        m_sendAnyway = true;
        m_wantsLater ? sendLater() : send();
    });
    if (hint == Message::Hint::NoSubject)
        m_head->fieldOf(Message::Place::Subject)->setFocus();
    return false;
}

// ── sending, saving, leaving
// ────────────────────────────────────────────────────────────────────────────────────────

bool ComposeWindow::isReady()
{
    return m_sendAction->isEnabled() && checkProblems() && checkHints();
}

void ComposeWindow::send()
{
    m_wantsLater = false;
    if (isReady())
        submit({true, {}});
}

void ComposeWindow::sendLater()
{
    m_wantsLater = true;
    if (!isReady())
        return;
    m_prompts.sendTime(this, {}, [this](const Delivery::ScheduledTime &time) {
        if (!time.isNull())
            submit({false, time});
    });
}

void ComposeWindow::submit(const Delivery::Departure &departure)
{
    m_bar->clear();
    setBusy(true);
    showStatus(tr("Handing it to the Outbox…"));
    m_keeper->stop([this, departure] { handOver(departure); });
}

void ComposeWindow::handOver(const Delivery::Departure &departure)
{
    whenAnswered(m_mailroom.submit(draft(), departure), this,
                 [this](const Base::Result<Base::MessageId> &id) { submitted(id); });
}

void ComposeWindow::submitted(const Base::Result<Base::MessageId> &id)
{
    setBusy(false);
    if (id) {
        m_preferences.set(Preference::LastAccount, static_cast<int>(m_head->account().value));
        m_closing = true; // the draft went with the message
        Q_EMIT sent(*id);
        close();
        return;
    }
    m_keeper->resume();
    showStatus(m_keeper->isKept() ? QString() : tr("Not saved yet"));
    using enum Base::ErrorKind;
    switch (id.error().kind) {
    case FileMissing:
    case FileUnreadable:
    case FileChanged:
        return complain(id.error(), Message::Place::Attachments);
    case NoSender:
    case NoAccount:
    case UnknownAccount:
        return complain(id.error(), Message::Place::From);
    default:
        return complain(id.error(), Message::Place::To);
    }
}

void ComposeWindow::setBusy(bool busy)
{
    centralWidget()->setEnabled(!busy);
    m_sendAction->setEnabled(!busy);
    m_laterAction->setEnabled(!busy);
}

void ComposeWindow::saveDraft()
{
    m_keeper->save([](const Base::Done &) {}); // kept() and notKept() tell
}

void ComposeWindow::chooseFiles()
{
    m_prompts.openFiles(this, tr("Attach files"), [this](const QStringList &files) {
        if (!files.isEmpty())
            m_attachments->add(files);
    });
}

void ComposeWindow::discard()
{
    const auto drop = [this] {
        m_keeper->discard();
        m_closing = true;
        close();
    };
    if (draft().isEmpty())
        return drop();
    m_prompts.ask(this,
                  {tr("Discard this message?"), tr("What you wrote is thrown away. This cannot be undone."),
                   tr("&Discard message"), tr("&Keep writing"), true},
                  [drop](bool yes) {
                      if (yes)
                          drop();
                  });
}

void ComposeWindow::closeEvent(QCloseEvent *event)
{
    m_preferences.set(Preference::ComposerGeometry, saveGeometry());
    if (!m_closing && draft().isEmpty()) {
        m_keeper->discard();
        m_closing = true;
    }
    if (m_closing || m_keeper->isKept())
        return event->accept();
    // Kept first, closed then: the mail thread answers in a moment.
    event->ignore();
    if (!m_sendAction->isEnabled())
        return; // it is being handed over, and the window closes by itself
    m_keeper->save([this](const Base::Done &done) {
        m_closing = done.ok();
        if (done)
            return void(close());
        m_prompts.ask(this,
                      {tr("The draft cannot be saved."), explain(done.error()).headline,
                       tr("&Close and lose it"), tr("&Keep writing"), true},
                      [this](bool yes) {
                          m_closing = yes;
                          if (yes)
                              close();
                      });
    });
}

void ComposeWindow::dragEnterEvent(QDragEnterEvent *event)
{
    if (!BodyEdit::filesIn(event->mimeData()).isEmpty())
        event->acceptProposedAction();
}

void ComposeWindow::dropEvent(QDropEvent *event)
{
    m_attachments->add(BodyEdit::filesIn(event->mimeData()));
    event->acceptProposedAction();
}

} // namespace Ui
