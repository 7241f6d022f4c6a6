#include "ui/settings/keepingpage.h"

#include "ui/common/plainlabel.h"

#include <QCheckBox>
#include <QGridLayout>
#include <QGroupBox>
#include <QSpinBox>
#include <QVBoxLayout>

namespace Ui {

using Delivery::Retention;

namespace {

constexpr int usualDays = 365;
constexpr int usualMegabytes = 1000;

QSpinBox *makeNumber(QWidget *parent, const QString &objectName, int most)
{
    auto *number = new QSpinBox(parent);
    number->setObjectName(objectName);
    number->setRange(1, most);
    number->setGroupSeparatorShown(true);
    return number;
}

} // namespace

KeepingPage::KeepingPage(QWidget *parent)
    : QWidget(parent)
    , m_byAge(new QCheckBox(tr("Delete them a&fter"), this))
    , m_days(makeNumber(this, QStringLiteral("keepDays"), Retention::mostDays))
    , m_bySize(new QCheckBox(tr("Delete the oldest when they take &more than"), this))
    , m_megabytes(makeNumber(this, QStringLiteral("keepMegabytes"), Retention::mostMegabytes))
    , m_words(new PlainLabel(this))
{
    m_byAge->setObjectName(QStringLiteral("keepByAge"));
    m_bySize->setObjectName(QStringLiteral("keepBySize"));
    connect(m_days, &QSpinBox::valueChanged, this, [this](int days) {
        m_days->setSuffix(days == 1 ? tr(" day", "behind a number") : tr(" days", "behind a number"));
    });
    m_days->setAccessibleName(tr("Days after which sent messages are deleted"));
    m_megabytes->setSuffix(tr(" MB", "behind a number"));
    m_megabytes->setAccessibleName(tr("Megabytes that sent messages may take"));
    m_words->setObjectName(QStringLiteral("keepWords"));
    m_words->setWordWrap(true);

    auto *group = new QGroupBox(tr("Sent messages"), this);
    auto *grid = new QGridLayout(group);
    grid->addWidget(m_byAge, 0, 0);
    grid->addWidget(m_days, 0, 1);
    grid->addWidget(m_bySize, 1, 0);
    grid->addWidget(m_megabytes, 1, 1);
    grid->addWidget(m_words, 2, 0, 1, 3);
    grid->setColumnStretch(2, 1);
    grid->setVerticalSpacing(8);
    auto *column = new QVBoxLayout(this);
    column->addWidget(group);
    column->addStretch(1);
    for (QCheckBox *box : {m_byAge, m_bySize})
        connect(box, &QCheckBox::toggled, this, &KeepingPage::showWords);
    setFocusProxy(m_byAge);
    fill({});
}

void KeepingPage::fill(const Retention &retention)
{
    m_byAge->setChecked(retention.days > 0);
    m_days->setValue(retention.days > 0 ? retention.days : usualDays);
    m_bySize->setChecked(retention.megabytes > 0);
    m_megabytes->setValue(retention.megabytes > 0 ? retention.megabytes : usualMegabytes);
    showWords();
}

Retention KeepingPage::retention() const
{
    return {m_byAge->isChecked() ? m_days->value() : 0, m_bySize->isChecked() ? m_megabytes->value() : 0};
}

void KeepingPage::showWords()
{
    m_days->setEnabled(m_byAge->isChecked());
    m_megabytes->setEnabled(m_bySize->isChecked());
    m_words->setText(
        retention().keepsAll()
            ? tr("They are kept until you delete them.")
            : tr("They are deleted for good, with their transcripts. What was not sent to everybody, and "
                 "what "
                 "you must decide about, is always kept. File, Export list… keeps a copy elsewhere."));
}

} // namespace Ui
