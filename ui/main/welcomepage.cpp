#include "ui/main/welcomepage.h"

#include "ui/common/plainlabel.h"
#include "ui/common/theme.h"

#include <QCommandLinkButton>
#include <QVBoxLayout>

namespace Ui {

namespace {

constexpr int pictureSide = 96;
constexpr int columns = 62;

QLabel *makeLabel(const QString &text, QWidget *parent)
{
    auto *label = new PlainLabel(text, parent);
    label->setWordWrap(true);
    label->setAlignment(Qt::AlignHCenter);
    return label;
}

} // namespace

WelcomePage::WelcomePage(QWidget *parent)
    : QWidget(parent)
{
    setObjectName(QStringLiteral("welcomePage"));
    auto *picture = new PlainLabel(this);
    picture->setPixmap(applicationIcon().pixmap(pictureSide, pictureSide));
    picture->setAlignment(Qt::AlignHCenter);
    QLabel *headline = makeLabel(tr("Welcome to Postrider"), this);
    QFont large = headline->font();
    large.setPointSizeF(large.pointSizeF() * 1.6);
    large.setBold(true);
    headline->setFont(large);
    QLabel *intro = makeLabel(tr("Postrider sends mail and shows what became of it: for every recipient, at "
                                 "every attempt, down to the "
                                 "line of the conversation that decided."),
                              this);
    auto *account =
        new QCommandLinkButton(tr("&Add account…"),
                               tr("You need the name of your provider's outgoing server (SMTP), your user "
                                  "name and your password."),
                               this);
    account->setObjectName(QStringLiteral("welcomeAccount"));
    account->setIcon(icon(QStringLiteral("account-add")));
    auto *practice = new QCommandLinkButton(tr("Try it with the &practice server"),
                                            tr("A mail server inside the program. It delivers nothing to "
                                               "anyone, so nothing can go wrong."),
                                            this);
    practice->setObjectName(QStringLiteral("welcomePractice"));
    practice->setIcon(icon(QStringLiteral("practice")));
    connect(account, &QCommandLinkButton::clicked, this, &WelcomePage::accountWanted);
    connect(practice, &QCommandLinkButton::clicked, this, &WelcomePage::practiceWanted);

    auto *inner = new QWidget(this);
    inner->setMaximumWidth(fontMetrics().averageCharWidth() * columns);
    auto *column = new QVBoxLayout(inner);
    column->setSpacing(16);
    column->addStretch(1);
    column->addWidget(picture);
    column->addWidget(headline);
    column->addWidget(intro);
    column->addWidget(account);
    column->addWidget(practice);
    column->addStretch(2);
    auto *row = new QHBoxLayout(this);
    row->addStretch(1);
    row->addWidget(inner, 100);
    row->addStretch(1);
    setFocusProxy(account);
}

} // namespace Ui
