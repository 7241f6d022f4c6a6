#pragma once

// What is seen at the first start, while there is no account: two ways to begin.

#include <QWidget>

namespace Ui {

class WelcomePage : public QWidget
{
    Q_OBJECT

public:
    explicit WelcomePage(QWidget *parent = nullptr);

Q_SIGNALS:
    void accountWanted();
    void practiceWanted();
};

} // namespace Ui
