#pragma once

// How long sent messages are kept: a page of the preferences. It only shows and reads its fields.

#include "core/delivery/retention.h"

#include <QWidget>

class QCheckBox;
class QLabel;
class QSpinBox;

namespace Ui {

class KeepingPage : public QWidget
{
    Q_OBJECT

public:
    explicit KeepingPage(QWidget *parent = nullptr);

    void fill(const Delivery::Retention &retention);
    Delivery::Retention retention() const;

private:
    void showWords();

    QCheckBox *m_byAge;
    QSpinBox *m_days;
    QCheckBox *m_bySize;
    QSpinBox *m_megabytes;
    QLabel *m_words;
};

} // namespace Ui
