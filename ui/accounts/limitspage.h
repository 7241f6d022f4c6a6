#pragma once

// The page of an account about how much its server takes: what the person sets, what the provider says, what
// the server's refusals taught, and how much of it is used up.

#include "core/accounts/account.h"
#include "core/accounts/providers.h"
#include "ui/common/limitstanding.h"

#include <QHash>
#include <QWidget>

class QFormLayout;
class QLabel;
class QPushButton;
class QSpinBox;

namespace Ui {

class LimitsPage : public QWidget
{
    Q_OBJECT

public:
    explicit LimitsPage(QWidget *parent = nullptr);

    void fill(const Accounts::Account &account);
    void write(Accounts::Account &account) const;
    /// The field that Accounts::check() names so; null: it is not on this page.
    QWidget *field(const QString &subject) const;

    /// What that provider publishes is offered; taken at once into a new account whose limits nobody touched.
    void offer(const std::optional<Accounts::Provider> &provider);
    /// How the account stands; nothing is known of a new one.
    void tell(const LimitStanding &standing, const QDateTime &now);
    /// What was learned is forgotten.
    void clearLearned();

Q_SIGNALS:
    void forgetWanted();

private:
    QSpinBox *addNumber(const QString &label, const char *name, int most);
    void use(const Accounts::Limits &limits);
    Accounts::Limits limits() const;
    void showOffer();

    bool m_isNew = true;
    Accounts::Limits m_filled; ///< what was put there by the program
    std::optional<Accounts::Provider> m_provider;
    QFormLayout *m_form;
    QHash<QString, QSpinBox *> m_numbers; ///< by the subject of Accounts::check()
    QLabel *m_offerWords;
    QPushButton *m_offer;
    QLabel *m_learned;
    QPushButton *m_forget;
    QLabel *m_usage;
};

} // namespace Ui
