#include "ui/common/providerwords.h"

#include <QCoreApplication>

namespace Ui {

namespace {

struct Tr
{
    Q_DECLARE_TR_FUNCTIONS(Ui::ProviderWords)
};

QString kindOfPassword(const Accounts::Provider &provider)
{
    switch (provider.signIn) {
    case Accounts::SignIn::AppPassword:
        return Tr::tr(
            "%1 wants an app password: one made on its pages for this program, not the one you read "
            "your mail with.");
    case Accounts::SignIn::OAuth2:
        return Tr::tr("%1 takes no password but an access token, which a command has to fetch.");
    case Accounts::SignIn::BridgePassword:
        return Tr::tr("%1 runs on this computer and has a password of its own; it shows it together with the "
                      "server's settings.");
    case Accounts::SignIn::Token:
        return Tr::tr("%1 wants a token or authorisation code from its pages in place of the password.");
    case Accounts::SignIn::Password:
        break;
    }
    return {};
}

} // namespace

QString signInAdvice(const Accounts::Provider &provider)
{
    if (provider.hasNoSmtp)
        return Tr::tr("%1 takes mail from its own programs only.").arg(provider.name);
    QStringList sentences;
    if (const QString kind = kindOfPassword(provider); !kind.isEmpty())
        sentences.append(kind.arg(provider.name));
    if (provider.enableFirst)
        sentences.append(Tr::tr("Sending through programs is switched on in the settings of %1 first.")
                             .arg(provider.name));
    if (!sentences.isEmpty() && !provider.help.isEmpty())
        sentences.append(provider.help);
    return sentences.join(QLatin1Char(' '));
}

} // namespace Ui
