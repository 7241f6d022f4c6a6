#pragma once

// What `postrider account` says about providers and limits.

#include "core/accounts/account.h"
#include "ui/common/limitstanding.h"

#include <QCommandLineParser>

namespace App {

void addLimitOptions(QCommandLineParser &parser);

/// With --provider: what that one has, for the address the account sends as. BadAccount when none has that
/// name.
Base::Done applyProvider(Accounts::Account &account, const QCommandLineParser &parser);
/// Those that are given. BadAccount names the option.
Base::Done applyLimits(Accounts::Limits &limits, const QCommandLineParser &parser);

/// For `account show --json`: "learned", "usage", "sentInADay", "waiting" and "forecast".
void addStanding(QJsonObject &object, const Ui::LimitStanding &standing, const QDateTime &now);
/// The same for people.
QStringList standingLines(const Ui::LimitStanding &standing, const QDateTime &now);

/// What to do about a missing --host: names the provider the sender's address belongs to; empty: none is
/// known.
QString providerHint(const QString &from);
/// What the provider wants for a password; empty without --provider.
QString signInAdvice(const QCommandLineParser &parser);

} // namespace App
