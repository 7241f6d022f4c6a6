#include "ui/common/words.h"

#include <QCoreApplication>

namespace Ui {

namespace {

struct Words
{
    Q_DECLARE_TR_FUNCTIONS(Ui::Words)
};

} // namespace

QString word(Delivery::MessageState state)
{
    using enum Delivery::MessageState;
    switch (state) {
    case Undoable:
        return Words::tr("Leaving");
    case Scheduled:
        return Words::tr("Scheduled");
    case Queued:
        return Words::tr("Waiting");
    case Sending:
        return Words::tr("Sending");
    case Deferred:
        return Words::tr("Retrying");
    case Held:
        return Words::tr("Held");
    case Sent:
        return Words::tr("Sent");
    case PartlySent:
        return Words::tr("Partly sent");
    case Failed:
        return Words::tr("Failed");
    case Uncertain:
        return Words::tr("Uncertain");
    case Cancelled:
        break;
    }
    return Words::tr("Cancelled");
}

QString word(Delivery::RecipientState state)
{
    using enum Delivery::RecipientState;
    switch (state) {
    case Waiting:
        return Words::tr("Waiting");
    case Accepted:
        return Words::tr("Accepted");
    case Deferred:
        return Words::tr("Retrying");
    case Refused:
        return Words::tr("Refused");
    case Uncertain:
        return Words::tr("Uncertain");
    case Cancelled:
        break;
    }
    return Words::tr("Cancelled");
}

QString word(Delivery::Stage stage)
{
    using enum Delivery::Stage;
    switch (stage) {
    case Connect:
        return Words::tr("Connecting");
    case Tls:
        return Words::tr("Encrypting the connection");
    case Greeting:
        return Words::tr("Waiting for the server's greeting");
    case Hello:
        return Words::tr("Asking what the server can do");
    case Auth:
        return Words::tr("Signing in");
    case Mail:
        return Words::tr("Naming the sender");
    case Rcpt:
        return Words::tr("Naming the recipients");
    case Data:
        return Words::tr("Handing over the message");
    case Content:
        return Words::tr("Waiting for the server to take it");
    case Quit:
        break;
    }
    return Words::tr("Saying goodbye");
}

QString word(Outbox::TestStep step)
{
    using enum Outbox::TestStep;
    switch (step) {
    case Name:
        return Words::tr("Name");
    case Connect:
        return Words::tr("Connection");
    case Tls:
        return Words::tr("Encryption");
    case Certificate:
        return Words::tr("Certificate");
    case Hello:
        return Words::tr("Greeting");
    case Auth:
        break;
    }
    return Words::tr("Sign-in");
}

QString word(Message::Field field)
{
    switch (field) {
    case Message::Field::To:
        return Words::tr("To");
    case Message::Field::Cc:
        return Words::tr("Cc");
    case Message::Field::Bcc:
        break;
    }
    return Words::tr("Bcc");
}

QString word(Net::Security security)
{
    switch (security) {
    case Net::Security::Tls:
        return Words::tr("Encrypted from the start (TLS)");
    case Net::Security::StartTls:
        return Words::tr("Encrypted after the greeting (STARTTLS)");
    case Net::Security::None:
        break;
    }
    return Words::tr("Not encrypted: anyone on the way can read along");
}

QString word(Accounts::Auth auth)
{
    switch (auth) {
    case Accounts::Auth::Auto:
        return Words::tr("Automatic (the safest the server offers)");
    case Accounts::Auth::None:
        return Words::tr("No sign-in");
    case Accounts::Auth::Plain:
        return Words::tr("PLAIN");
    case Accounts::Auth::Login:
        return Words::tr("LOGIN");
    case Accounts::Auth::CramMd5:
        return Words::tr("CRAM-MD5");
    case Accounts::Auth::ScramSha1:
        return Words::tr("SCRAM-SHA-1");
    case Accounts::Auth::ScramSha256:
        return Words::tr("SCRAM-SHA-256");
    case Accounts::Auth::XOAuth2:
        return Words::tr("XOAUTH2 (the password is an access token)");
    case Accounts::Auth::OAuthBearer:
        return Words::tr("OAUTHBEARER (the password is an access token)");
    case Accounts::Auth::External:
        break;
    }
    return Words::tr("EXTERNAL (by certificate, without a password)");
}

QString word(Accounts::Lane lane)
{
    switch (lane) {
    case Accounts::Lane::Default:
        return Words::tr("One message after the other");
    case Accounts::Lane::Bulk:
        return Words::tr("The next one begins while one is finished");
    case Accounts::Lane::Window:
        break;
    }
    return Words::tr("Several messages on their way at once");
}

QString word(Net::Proxy::Kind kind)
{
    switch (kind) {
    case Net::Proxy::Kind::None:
        return Words::tr("None: straight to the server");
    case Net::Proxy::Kind::Socks5:
        return Words::tr("SOCKS5");
    case Net::Proxy::Kind::HttpConnect:
        break;
    }
    return Words::tr("HTTP (CONNECT)");
}

QString sentence(Accounts::Lane lane)
{
    switch (lane) {
    case Accounts::Lane::Default:
        return Words::tr("Safest. If the connection breaks at the wrong moment, one message may become "
                         "uncertain, and you decide about it.");
    case Accounts::Lane::Bulk:
        return Words::tr("Faster with many messages: the recipients of the next one are named while one is "
                         "handed over. If the connection breaks, what was handed over and not yet confirmed "
                         "becomes uncertain.");
    case Accounts::Lane::Window:
        break;
    }
    return Words::tr(
        "Fastest with many messages, where the server offers CHUNKING. If the connection breaks, "
        "several messages may become uncertain at once, and you decide about each.");
}

QString sentence(Accounts::SecretPlace place)
{
    switch (place) {
    case Accounts::SecretPlace::None:
        return Words::tr("This account needs no password.");
    case Accounts::SecretPlace::Keychain:
        return Words::tr("The password is kept in the desktop's keychain.");
    case Accounts::SecretPlace::Vault:
        return Words::tr("The password is kept in a sealed file, which a passphrase opens once a run.");
    case Accounts::SecretPlace::Command:
        return Words::tr("A command prints the password whenever it is needed.");
    case Accounts::SecretPlace::Session:
        break;
    }
    return Words::tr("The password is kept nowhere: you are asked once a run.");
}

} // namespace Ui
