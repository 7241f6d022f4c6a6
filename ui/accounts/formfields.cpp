#include "ui/accounts/formfields.h"

#include "ui/common/theme.h"

#include <QAction>
#include <QEvent>
#include <QLineEdit>
#include <QSpinBox>

namespace Ui {

namespace {

/// On a page that scrolls, whatever happens to lie under the pointer would be changed unseen.
class WheelGuard : public QObject
{
public:
    using QObject::QObject;

protected:
    bool eventFilter(QObject *watched, QEvent *event) override
    {
        const auto *field = qobject_cast<QWidget *>(watched);
        if (event->type() != QEvent::Wheel || !field || field->hasFocus())
            return QObject::eventFilter(watched, event);
        event->ignore();
        return true;
    }
};

template <class Field>
Field *guarded(Field *field, const char *objectName)
{
    field->setObjectName(QLatin1String(objectName));
    field->setFocusPolicy(Qt::StrongFocus);
    field->installEventFilter(new WheelGuard(field));
    return field;
}

} // namespace

QLineEdit *makeLine(QWidget *parent, const char *objectName, const QString &placeholder)
{
    auto *line = new QLineEdit(parent);
    line->setObjectName(QLatin1String(objectName));
    line->setPlaceholderText(placeholder);
    return line;
}

QComboBox *makeBox(QWidget *parent, const char *objectName)
{
    auto *box = guarded(new QComboBox(parent), objectName);
    box->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    box->setMinimumContentsLength(24);
    return box;
}

QSpinBox *makeNumber(QWidget *parent, const char *objectName, int least, int most)
{
    auto *number = guarded(new QSpinBox(parent), objectName);
    number->setRange(least, most);
    number->setGroupSeparatorShown(false);
    number->setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Fixed);
    // Words that stand for a number ("no limit") are typed over, wherever they were clicked.
    auto *line = number->findChild<QLineEdit *>();
    QObject::connect(line, &QLineEdit::cursorPositionChanged, number, [number, line] {
        if (!line->hasSelectedText() && line->text() == number->specialValueText())
            line->selectAll();
    });
    return number;
}

void makeSecretLine(QLineEdit *line, const QString &reveal)
{
    line->setEchoMode(QLineEdit::Password);
    QAction *eye = line->addAction(icon(QStringLiteral("eye")), QLineEdit::TrailingPosition);
    eye->setCheckable(true);
    eye->setText(reveal);
    QObject::connect(eye, &QAction::toggled, line, [line, eye](bool on) {
        line->setEchoMode(on ? QLineEdit::Normal : QLineEdit::Password);
        eye->setIcon(icon(on ? QStringLiteral("eye-off") : QStringLiteral("eye")));
    });
}

} // namespace Ui
