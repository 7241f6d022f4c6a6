#include "ui/common/passphrasedialog.h"

#include "ui/common/messagebar.h"
#include "ui/common/plainlabel.h"

#include <QCheckBox>
#include <QDialogButtonBox>
#include <QFormLayout>
#include <QLineEdit>
#include <QProgressBar>
#include <QPushButton>
#include <QSet>
#include <QVBoxLayout>

#include <cmath>

namespace Ui {

namespace {

constexpr int shortest = 8;
constexpr int textColumns = 60;
constexpr double bitsOfWord = 14;

} // namespace

PassphraseDialog *PassphraseDialog::forVault(bool newVault, int attempt, QWidget *parent)
{
    const QString intro = newVault ? tr("No keychain answers on this desktop, so Postrider keeps your "
                                        "passwords in one sealed file. Choose the "
                                        "passphrase that opens it. You are asked for it once each time the "
                                        "program runs; without it nobody can read "
                                        "the passwords, you included.")
                                   : tr("Your passwords are kept in a sealed file. Its passphrase is needed "
                                        "once now, for as long as the program runs.");
    auto *dialog =
        new PassphraseDialog(newVault ? tr("Make the sealed vault") : tr("Unlock the sealed vault"), intro,
                             tr("&Passphrase:"), newVault, parent);
    dialog->m_accept->setText(newVault ? tr("&Make vault") : tr("&Unlock"));
    if (attempt > 1)
        dialog->m_bar->tell(Role::Error, explain(Base::Error{Base::ErrorKind::VaultWrongPassphrase, {}, {}}));
    return dialog;
}

PassphraseDialog *PassphraseDialog::forAccount(const QString &account, int attempt, QWidget *parent)
{
    auto *dialog = new PassphraseDialog(
        tr("Sign in to %1").arg(account),
        tr("The account “%1” keeps its password nowhere. It is needed once now, for as long as "
           "the program runs.")
            .arg(account),
        tr("&Password:"), false, parent);
    dialog->m_accept->setText(tr("&Sign in"));
    if (attempt > 1)
        dialog->m_bar->tell(Role::Error, explain(Outbox::TestStep::Auth, false));
    return dialog;
}

PassphraseDialog::PassphraseDialog(const QString &title, const QString &intro, const QString &label,
                                   bool twice, QWidget *parent)
    : QDialog(parent)
    , m_secret(new QLineEdit(this))
    , m_bar(new MessageBar(this))
{
    setWindowTitle(title);
    setObjectName(QStringLiteral("passphraseDialog"));
    m_bar->setClosable(false);
    m_secret->setObjectName(QStringLiteral("secret"));
    m_secret->setEchoMode(QLineEdit::Password);
    auto *words = new PlainLabel(intro, this);
    words->setWordWrap(true);
    words->setMinimumWidth(fontMetrics().averageCharWidth() * textColumns);

    auto *form = new QFormLayout;
    form->addRow(label, m_secret);
    if (twice) {
        m_again = new QLineEdit(this);
        m_again->setObjectName(QStringLiteral("secretAgain"));
        m_again->setEchoMode(QLineEdit::Password);
        m_meter = new QProgressBar(this);
        m_meter->setRange(0, 4);
        m_meter->setTextVisible(false);
        m_meter->setAccessibleName(tr("Strength"));
        m_hint = new PlainLabel(this);
        m_hint->setWordWrap(true);
        form->addRow(tr("&Again:"), m_again);
        form->addRow(tr("Strength:"), m_meter);
        form->addRow(QString(), m_hint);
        connect(m_again, &QLineEdit::textChanged, this, &PassphraseDialog::check);
    }
    auto *visible = new QCheckBox(tr("S&how what I type"), this);
    form->addRow(QString(), visible);
    connect(visible, &QCheckBox::toggled, this, [this](bool on) {
        m_secret->setEchoMode(on ? QLineEdit::Normal : QLineEdit::Password);
        if (m_again)
            m_again->setEchoMode(on ? QLineEdit::Normal : QLineEdit::Password);
    });

    auto *buttons = new QDialogButtonBox(this);
    m_accept = buttons->addButton(QString(), QDialogButtonBox::AcceptRole);
    m_accept->setObjectName(QStringLiteral("accept"));
    buttons->addButton(tr("&Not now"), QDialogButtonBox::RejectRole);
    connect(buttons, &QDialogButtonBox::accepted, this, &QDialog::accept);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    connect(m_secret, &QLineEdit::textChanged, this, &PassphraseDialog::check);

    auto *column = new QVBoxLayout(this);
    column->setSpacing(16);
    column->addWidget(m_bar);
    column->addWidget(words);
    column->addLayout(form);
    column->addStretch(1);
    column->addWidget(buttons);
    check();
}

QByteArray PassphraseDialog::secret() const
{
    return m_secret->text().toUtf8();
}

int PassphraseDialog::strength(const QString &text)
{
    int kinds = 0;
    const auto has = [&text](auto test) { return std::any_of(text.begin(), text.end(), test); };
    kinds += has([](QChar c) { return c.isLower(); }) ? 26 : 0;
    kinds += has([](QChar c) { return c.isUpper(); }) ? 26 : 0;
    kinds += has([](QChar c) { return c.isDigit(); }) ? 10 : 0;
    kinds += has([](QChar c) { return !c.isLetterOrNumber(); }) ? 20 : 0;
    const QSet<QChar> different(text.begin(), text.end());
    // Repeated characters add little: "aaaaaaaa" is not eight letters worth.
    const double length =
        std::min<double>(static_cast<double>(text.size()), static_cast<double>(different.size()) * 1.5);
    double bits = kinds > 0 ? length * std::log2(static_cast<double>(kinds)) : 0.0;
    if (!has([](QChar c) { return !c.isLetter() && !c.isSpace(); })) {
        // Words are guessed as words, from lists of ten thousand or so.
        const auto words = text.split(QLatin1Char(' '), Qt::SkipEmptyParts).size();
        bits = std::min(bits, static_cast<double>(words) * bitsOfWord);
    }
    return bits < 28 ? 0 : bits < 45 ? 1 : bits < 60 ? 2 : bits < 80 ? 3 : 4;
}

void PassphraseDialog::check()
{
    const QString text = m_secret->text();
    if (!m_again) {
        m_accept->setEnabled(!text.isEmpty());
        return;
    }
    const int score = strength(text);
    m_meter->setValue(score);
    const bool equal = text == m_again->text();
    if (text.size() < shortest)
        m_hint->setText(tr("At least %1 characters. Four or five words that do not belong together are good "
                           "and easy to keep in mind.")
                            .arg(shortest));
    else if (!equal && !m_again->text().isEmpty())
        m_hint->setText(tr("The two are not the same yet."));
    else
        m_hint->setText(score < 2   ? tr("Weak: someone with your file could guess it. Add a word or two.")
                        : score < 4 ? tr("Fair. One more word makes it good.")
                                    : tr("Good."));
    m_accept->setEnabled(text.size() >= shortest && equal);
}

} // namespace Ui
