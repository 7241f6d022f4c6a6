#pragma once

// A bar above the content it concerns: an icon, a sentence, what to do, the server's words verbatim, and the
// buttons that mend it. It asks nothing that must be answered now.

#include "ui/common/explain.h"
#include "ui/common/theme.h"

#include <QFrame>

#include <functional>

class QLabel;
class QToolButton;
class QHBoxLayout;
class QVBoxLayout;

namespace Ui {

class MessageBar : public QFrame
{
    Q_OBJECT

public:
    explicit MessageBar(QWidget *parent = nullptr);

    /// Replaces what is shown, buttons included, and shows the bar.
    void tell(Role role, const Explanation &explanation);
    /// text with its mnemonic. The bar stays unless the action changes it.
    void addButton(const QString &text, const QString &objectName, std::function<void()> action);
    void setClosable(bool closable);
    /// Hides the bar and forgets what it said.
    void clear();

    Role role() const { return m_role; }
    QString headline() const;

Q_SIGNALS:
    void closed(); ///< by the person

protected:
    void paintEvent(QPaintEvent *event) override;
    void resizeEvent(QResizeEvent *event) override;
    void changeEvent(QEvent *event) override;
    QSize minimumSizeHint() const override;

private:
    void removeButtons();
    void placeButtons(bool beside);
    void showIcon();
    void fit();

    QLabel *m_icon;
    QLabel *m_headline;
    QLabel *m_advice;
    QLabel *m_words;
    QVBoxLayout *m_texts;
    QHBoxLayout *m_row;
    QWidget *m_buttonBox;
    QHBoxLayout *m_buttons;
    QToolButton *m_close;
    Role m_role = Role::Info;
};

} // namespace Ui
