#include "ui/settings/spanedit.h"

#include "core/delivery/retryschedule.h"
#include "ui/accounts/formfields.h"

#include <QHBoxLayout>
#include <QSpinBox>

#include <array>

namespace Ui {

namespace {

using Delivery::RetrySchedule;

constexpr std::array units{RetrySchedule::second, RetrySchedule::minute, RetrySchedule::hour,
                           RetrySchedule::day};
constexpr int mostOfOne = 100'000;

} // namespace

SpanEdit::SpanEdit(const QString &name, const QString &none, QWidget *parent)
    : QWidget(parent)
    , m_number(makeNumber(this, qPrintable(name), none.isEmpty() ? 1 : 0, mostOfOne))
    , m_unit(makeBox(this, qPrintable(name + QStringLiteral("Unit"))))
{
    m_number->setSpecialValueText(none);
    m_unit->setMinimumContentsLength(8);
    m_unit->setAccessibleName(tr("Unit"));
    for (const auto &[text, index] : {std::pair{tr("seconds"), 0}, std::pair{tr("minutes"), 1},
                                      std::pair{tr("hours"), 2}, std::pair{tr("days"), 3}})
        m_unit->addItem(text, index);
    auto *row = new QHBoxLayout(this);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(8);
    row->addWidget(m_number);
    row->addWidget(m_unit);
    row->addStretch(1);
    setFocusProxy(m_number);
    connect(m_number, &QSpinBox::valueChanged, this, &SpanEdit::edited);
    connect(m_unit, &QComboBox::currentIndexChanged, this, &SpanEdit::edited);
    // The unit of "never" says nothing.
    connect(m_number, &QSpinBox::valueChanged, this,
            [this, none](int value) { m_unit->setEnabled(none.isEmpty() || value != 0); });
}

void SpanEdit::setSpan(qint64 milliseconds)
{
    std::size_t index = units.size() - 1;
    while (index > 0 && (milliseconds == 0 || milliseconds % units.at(index) != 0))
        --index;
    if (milliseconds == 0)
        index = 2; // whoever wants one after all thinks of hours
    choose(m_unit, static_cast<int>(index));
    m_number->setValue(static_cast<int>(milliseconds / units.at(index)));
}

qint64 SpanEdit::span() const
{
    return m_number->value() * units.at(static_cast<std::size_t>(chosen<int>(m_unit)));
}

} // namespace Ui
