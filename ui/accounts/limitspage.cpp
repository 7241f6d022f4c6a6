#include "ui/accounts/limitspage.h"

#include "ui/accounts/formfields.h"
#include "ui/common/format.h"
#include "ui/common/plainlabel.h"

#include <QFormLayout>
#include <QLocale>
#include <QPushButton>
#include <QSpinBox>

#include <array>

namespace Ui {

using Accounts::Limits;

namespace {

struct Row
{
    const char *subject;
    const char *label;
    int Limits::*most;
};

constexpr std::array rows{
    Row{"per-minute", QT_TRANSLATE_NOOP("Ui::LimitsPage", "Messages a &minute:"), &Limits::perMinute},
    Row{"per-hour", QT_TRANSLATE_NOOP("Ui::LimitsPage", "Messages an &hour:"), &Limits::perHour},
    Row{"per-day", QT_TRANSLATE_NOOP("Ui::LimitsPage", "Messa&ges a day:"), &Limits::perDay},
    Row{"recipients-per-day", QT_TRANSLATE_NOOP("Ui::LimitsPage", "Reci&pients a day:"),
        &Limits::recipientsPerDay},
    Row{"recipients-per-message", QT_TRANSLATE_NOOP("Ui::LimitsPage", "Rec&ipients a message:"),
        &Limits::recipientsPerMessage},
};

const QString sizeSubject = QStringLiteral("max-size");
constexpr int kilobyte = 1000;
constexpr int mostOfAll = 100'000'000; // as Accounts::check() has it
constexpr int mostKilobytes = 2'000'000;

QLabel *makeWords(QWidget *parent, const char *objectName)
{
    auto *words = new PlainLabel(parent);
    words->setObjectName(QLatin1String(objectName));
    words->setWordWrap(true);
    return words;
}

/// "500 recipients a day, 100 recipients a message".
QString wordsOf(const Limits &limits)
{
    QStringList parts;
    for (const Outbox::LimitUse &use : Outbox::usesOf(limits, {}, QDateTime::currentDateTimeUtc()))
        parts.append(words(use.limit, use.most));
    if (limits.recipientsPerMessage > 0)
        parts.append(
            LimitsPage::tr("%1 recipients a message").arg(QLocale().toString(limits.recipientsPerMessage)));
    if (limits.messageSize > 0)
        parts.append(LimitsPage::tr("%1 a message", "size").arg(sizeText(limits.messageSize)));
    return parts.join(LimitsPage::tr(", ", "between parts of a list"));
}

} // namespace

LimitsPage::LimitsPage(QWidget *parent)
    : QWidget(parent)
    , m_form(new QFormLayout(this))
    , m_offerWords(makeWords(this, "offerWords"))
    , m_offer(new QPushButton(this))
    , m_learned(makeWords(this, "learned"))
    , m_forget(new QPushButton(tr("Fo&rget it"), this))
    , m_usage(makeWords(this, "usage"))
{
    auto *intro = new PlainLabel(tr("What goes beyond a limit waits until there is room again. A day is any "
                                    "24 hours."),
                                 this);
    intro->setWordWrap(true);
    m_form->addRow(intro);
    for (const Row &row : rows)
        m_numbers.insert(QLatin1String(row.subject), addNumber(tr(row.label), row.subject, mostOfAll));
    QSpinBox *size = addNumber(tr("Si&ze of a message:"), "max-size", mostKilobytes);
    size->setSuffix(tr(" kB", "kilobytes, behind a number"));
    m_numbers.insert(sizeSubject, size);
    m_offer->setObjectName(QStringLiteral("useProviderLimits"));
    m_offer->setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Fixed);
    m_forget->setObjectName(QStringLiteral("forgetLearned"));
    m_forget->setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Fixed);
    m_form->addRow(QString(), m_offerWords);
    m_form->addRow(QString(), m_offer);
    m_form->addRow(tr("Learned from it:"), m_learned);
    m_form->addRow(QString(), m_forget);
    m_form->addRow(tr("Used up:"), m_usage);
    for (QWidget *each : {static_cast<QWidget *>(m_offerWords), static_cast<QWidget *>(m_offer),
                          static_cast<QWidget *>(m_learned), static_cast<QWidget *>(m_forget),
                          static_cast<QWidget *>(m_usage)})
        m_form->setRowVisible(each, false);
    connect(m_offer, &QPushButton::clicked, this, [this] {
        if (m_provider)
            use(m_provider->limits);
    });
    connect(m_forget, &QPushButton::clicked, this, &LimitsPage::forgetWanted);
}

QSpinBox *LimitsPage::addNumber(const QString &label, const char *name, int most)
{
    QSpinBox *number = makeNumber(this, name, 0, most);
    number->setSpecialValueText(tr("no limit"));
    m_form->addRow(label, number);
    connect(number, &QSpinBox::valueChanged, this, &LimitsPage::showOffer);
    return number;
}

void LimitsPage::fill(const Accounts::Account &account)
{
    m_isNew = !account.id.isValid();
    m_provider = Accounts::providerFor(account.fromAddress);
    use(account.limits);
}

void LimitsPage::use(const Limits &limits)
{
    m_filled = limits;
    for (const Row &row : rows)
        m_numbers.value(QLatin1String(row.subject))->setValue(limits.*row.most);
    m_numbers.value(sizeSubject)->setValue(static_cast<int>((limits.messageSize + kilobyte - 1) / kilobyte));
    showOffer();
}

Limits LimitsPage::limits() const
{
    Limits limits;
    for (const Row &row : rows)
        limits.*row.most = m_numbers.value(QLatin1String(row.subject))->value();
    // A size that nobody changed stays what it is to the octet.
    const qint64 kilobytes = m_numbers.value(sizeSubject)->value();
    const bool isSame = kilobytes == (m_filled.messageSize + kilobyte - 1) / kilobyte;
    limits.messageSize = isSame ? m_filled.messageSize : kilobytes * kilobyte;
    return limits;
}

void LimitsPage::write(Accounts::Account &account) const
{
    account.limits = limits();
}

QWidget *LimitsPage::field(const QString &subject) const
{
    return m_numbers.value(subject);
}

void LimitsPage::offer(const std::optional<Accounts::Provider> &provider)
{
    m_provider = provider;
    if (m_isNew && limits() == m_filled)
        use(provider ? provider->limits : Limits());
    showOffer();
}

void LimitsPage::showOffer()
{
    const bool says = m_provider && !m_provider->limits.isNull();
    m_form->setRowVisible(m_offerWords, says);
    m_form->setRowVisible(m_offer, says && limits() != m_provider->limits);
    if (!says)
        return;
    m_offerWords->setText(
        tr("%1 says: %2.", "provider, its limits").arg(m_provider->name, wordsOf(m_provider->limits)));
    m_offer->setText(tr("&Use what %1 says", "provider").arg(m_provider->name));
}

void LimitsPage::tell(const LimitStanding &standing, const QDateTime &now)
{
    const QStringList lines = words(standing.learned, now.toUTC().date());
    m_learned->setText(lines.join(QLatin1Char('\n')));
    m_form->setRowVisible(m_learned, !lines.isEmpty());
    m_form->setRowVisible(m_forget, !lines.isEmpty());
    m_usage->setText(words(standing, now, QTimeZone::systemTimeZone()));
    m_form->setRowVisible(m_usage, true);
}

void LimitsPage::clearLearned()
{
    m_form->setRowVisible(m_learned, false);
    m_form->setRowVisible(m_forget, false);
}

} // namespace Ui
