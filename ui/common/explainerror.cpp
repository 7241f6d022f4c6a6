// The sentences for errors of our own: one case a kind. What the error concerns stands in the sentence; its
// technical words stay what they are.

#include "ui/common/explain.h"

#include <QCoreApplication>
#include <QFileInfo>
#include <QLocale>

namespace Ui {

namespace {

struct ExplainError
{
    Q_DECLARE_TR_FUNCTIONS(Ui::ExplainError)
};

using Tr = ExplainError;
using enum Base::ErrorKind;

QString fileName(const QString &path)
{
    const QString name = QFileInfo(path).fileName();
    return name.isEmpty() ? path : name;
}

/// One of two sentences: with the thing's name where there is one.
QString naming(const QString &subject, const QString &with, const QString &without)
{
    return subject.isEmpty() ? without : with.arg(subject);
}

Explanation explainFile(const Base::Error &error)
{
    const QString file = fileName(error.subject);
    switch (error.kind) {
    case FileMissing:
        return {naming(file, Tr::tr("The file “%1” is not there."), Tr::tr("A file is not there.")),
                Tr::tr("It may have been moved, renamed or deleted. Choose it again, or remove it from the "
                       "message."),
                {}};
    case FileUnreadable:
        return {naming(file, Tr::tr("The file “%1” cannot be read."), Tr::tr("A file cannot be read.")),
                Tr::tr("Check that it is a file and not a folder, and that you may read it."),
                {}};
    case FileUnwritable:
        return {naming(file, Tr::tr("The file “%1” cannot be written."), Tr::tr("A file cannot be written.")),
                Tr::tr("Check that the folder exists and that you may write there, or choose another place."),
                {}};
    case FileChanged:
        return {naming(file, Tr::tr("The file “%1” changed after it was attached."),
                       Tr::tr("A file changed after it was attached.")),
                Tr::tr("Attach it again to send it as it is now."),
                {}};
    case NotMaildir:
        return {
            Tr::tr("“%1” is no Maildir folder.").arg(error.subject),
            Tr::tr("A Maildir holds the folders cur, new and tmp. Choose the one your mail program uses for "
                   "sent mail, or have that program make one."),
            {}};
    case DiskFull:
        return {Tr::tr("The disk is full."),
                Tr::tr("Free some space and try again. What you wrote is not lost."),
                {}};
    default:
        break;
    }
    return {naming(error.subject, Tr::tr("The folder “%1” cannot be written."),
                   Tr::tr("The program's folder cannot be written.")),
            Tr::tr("Check its permissions, or start the program with another folder (--home)."),
            {}};
}

Explanation explainBooks(const Base::Error &error)
{
    switch (error.kind) {
    case Database:
        return {Tr::tr("The program could not read or write its records."),
                Tr::tr("Try again. If it stays so, check the disk and restart the program."),
                {}};
    case DatabaseDamaged:
        return {Tr::tr("The program's records are damaged."),
                Tr::tr("Close every Postrider program and start it again: it then recovers what can be read. "
                       "Nothing was overwritten."),
                {}};
    case DatabaseNewer:
        return {Tr::tr("The program's records were written by a newer version."),
                Tr::tr("Install the newer version, or use another folder. The records were left untouched."),
                {}};
    case NotFound:
        return {
            Tr::tr("It is no longer there."), Tr::tr("It was removed meanwhile. Choose another one."), {}};
    default:
        break;
    }
    return {Tr::tr("That is not possible in the message's present state."),
            Tr::tr("Look at where the message stands now, and choose again."),
            {}};
}

Explanation explainMessage(const Base::Error &error)
{
    switch (error.kind) {
    case BadAddress:
        return {naming(error.subject, Tr::tr("“%1” is not an address mail can go to."),
                       Tr::tr("An address is not complete.")),
                Tr::tr("Write it as name@example.org, several with commas between them."),
                {}};
    case BadHeader:
        return {naming(error.subject, Tr::tr("“%1” holds what no header field may hold."),
                       Tr::tr("A header field holds what it may not hold.")),
                Tr::tr("Take out line breaks and other invisible characters."),
                {}};
    case BadMessage:
        return {Tr::tr("The message cannot be sent as it is."),
                Tr::tr("Repair the file, or write the message anew in Postrider."),
                {}};
    case LineTooLong:
        return {Tr::tr("A line of the message is longer than mail allows (998 octets)."),
                Tr::tr("Break the line, or send the text as an attachment."),
                {}};
    case NoRecipients:
        return {Tr::tr("Nobody is named to send this to."),
                Tr::tr("Write at least one address in To, Cc or Bcc."),
                {}};
    case NoSender:
        return {Tr::tr("The message has no sender."),
                Tr::tr("Choose an account, or give an address in From."),
                {}};
    case BadTime:
        return {naming(error.subject, Tr::tr("“%1” is no time to send at."),
                       Tr::tr("There is no time to send at.")),
                Tr::tr("Write it as 2026-11-22 09:00, 09:00 or +2h; a zone may stand behind it: 2026-11-22 "
                       "09:00 Europe/Berlin."),
                {}};
    case Overdue: {
        const QDateTime time = QDateTime::fromString(error.subject, Qt::ISODate);
        return {time.isValid()
                    ? Tr::tr("This message was to leave %1. Nothing could send it then.", "a date and a time")
                          .arg(QLocale().toString(time.toLocalTime(), QLocale::ShortFormat))
                    : Tr::tr("This message was to leave some time ago. Nothing could send it then."),
                Tr::tr("Choose Release to send it now, give it another time, or cancel it."),
                {}};
    }
    case TooLate:
        return {Tr::tr("The time by which the message was to arrive has passed."),
                Tr::tr("Edit it, give it more time or none, and send it again."),
                {}};
    default:
        break;
    }
    return {Tr::tr("The message is larger than the server takes."),
            Tr::tr("Send fewer or smaller attachments, or share them by a link."),
            {}};
}

Explanation explainAccount(const Base::Error &error)
{
    switch (error.kind) {
    case NoAccount:
        return {Tr::tr("There is no account to send with yet."),
                Tr::tr("Add an account first (Accounts, Add account)."),
                {}};
    case UnknownAccount:
        return {naming(error.subject, Tr::tr("There is no account “%1”."),
                       Tr::tr("That account does not exist.")),
                Tr::tr("Choose one of the accounts that are there, or add it."),
                {}};
    case DuplicateAccount:
        return {naming(error.subject, Tr::tr("There already is an account “%1”."),
                       Tr::tr("There already is an account of that name.")),
                Tr::tr("Give this one another name."),
                {}};
    case BadAccount:
        if (error.subject.contains(QLatin1Char('/')))
            return {Tr::tr("The account's file “%1” cannot be used.").arg(fileName(error.subject)),
                    Tr::tr("Choose another one in the account, under Certificates."),
                    {}};
        return {naming(error.subject, Tr::tr("The account's settings cannot work: %1."),
                       Tr::tr("The account's settings cannot work.")),
                Tr::tr("Correct the field that is named, then save again."),
                {}};
    case BadSetting:
        return {naming(error.subject, Tr::tr("The setting “%1” cannot be that."),
                       Tr::tr("The settings cannot work.")),
                Tr::tr("Choose a value within the limits that are named; the old one holds meanwhile."),
                {}};
    case OnHold:
        return {naming(error.subject, Tr::tr("You hold back what goes through “%1”."),
                       Tr::tr("You hold back everything.")),
                Tr::tr("Nothing is sent until you release it."),
                {}};
    case SecretMissing:
        return {naming(error.subject, Tr::tr("The password for “%1” is not stored."),
                       Tr::tr("The account's password is not stored.")),
                Tr::tr("Edit the account and type the password again."),
                {}};
    case CommandFailed:
        return {Tr::tr("The command that prints the password failed."),
                Tr::tr("Run it in a terminal to see why, then correct it in the account."),
                {}};
    default:
        break;
    }
    return {
        Tr::tr("The desktop's keychain does not answer."),
        Tr::tr("Start or unlock the keychain, or type the password again to keep it in the sealed vault."),
        {}};
}

Explanation explainVault(const Base::Error &error)
{
    switch (error.kind) {
    case VaultUnavailable:
        return {Tr::tr("This build of the program has no sealed vault."),
                Tr::tr("Use the desktop's keychain, or a command that prints the password."),
                {}};
    case VaultLocked:
        return {Tr::tr("The sealed vault is locked."), Tr::tr("Choose Unlock and type its passphrase."), {}};
    case VaultWrongPassphrase:
        return {Tr::tr("That passphrase does not open the vault."),
                Tr::tr("Try again, and look at Caps Lock and the keyboard layout."),
                {}};
    default:
        break;
    }
    return {Tr::tr("The sealed vault is damaged."),
            Tr::tr("Restore its file from a backup, or delete it and type the passwords again."),
            {}};
}

Explanation explainNetwork(const Base::Error &error)
{
    switch (error.kind) {
    case NameNotFound:
        return {naming(error.subject, Tr::tr("The server “%1” was not found."),
                       Tr::tr("The server was not found.")),
                Tr::tr("Check the server's name in the account, and whether this computer is online."),
                {}};
    case CannotConnect:
        return {naming(error.subject, Tr::tr("No connection to “%1” could be made."),
                       Tr::tr("No connection to the server could be made.")),
                Tr::tr("Check the network and the account's port. Some networks block one of 465 and 587: "
                       "try the other."),
                {}};
    case ConnectionLost:
        return {naming(error.subject, Tr::tr("The connection to “%1” broke."),
                       Tr::tr("The connection to the server broke.")),
                Tr::tr("It is tried again by itself. If it keeps happening, check the network."),
                {}};
    case TlsFailed:
        return {naming(error.subject, Tr::tr("The connection to “%1” could not be encrypted."),
                       Tr::tr("The connection could not be encrypted.")),
                Tr::tr("Check the kind of encryption: port 465 goes with TLS from the start, port 587 with "
                       "STARTTLS."),
                {}};
    case CertificateRefused:
        return {naming(error.subject, Tr::tr("“%1” could not prove that it is the right server."),
                       Tr::tr("The server could not prove that it is the right one.")),
                Tr::tr("Nothing was sent. Check the server's name; accept its certificate in the account "
                       "only if its operator "
                       "confirmed it."),
                {}};
    case PlaintextAfterTls:
        return {Tr::tr("Something was slipped into the connection before it was encrypted."),
                Tr::tr("Nothing was sent. Use another network, or TLS from the start (port 465), and tell "
                       "the server's operator."),
                {}};
    default:
        break;
    }
    return {naming(error.subject, Tr::tr("“%1” did not answer in time."),
                   Tr::tr("The server did not answer in time.")),
            Tr::tr("It is tried again by itself. If it keeps happening, check the network and the port."),
            {}};
}

Explanation explainProxy(const Base::Error &error)
{
    switch (error.kind) {
    case ProxyUnreachable:
        return {naming(error.subject, Tr::tr("The proxy “%1” cannot be reached."),
                       Tr::tr("The proxy cannot be reached.")),
                Tr::tr("Check the proxy's name and port in the account, and whether it runs. Nothing is sent "
                       "around it."),
                {}};
    case ProxySignIn:
        return {naming(error.subject, Tr::tr("The proxy “%1” wants another user name or password."),
                       Tr::tr("The proxy wants another user name or password.")),
                Tr::tr("Correct the proxy's user name in the account, and give its password again."),
                {}};
    default:
        break;
    }
    return {
        naming(error.subject, Tr::tr("The proxy “%1” makes no connection to the server."),
               Tr::tr("The proxy makes no connection to the server.")),
        Tr::tr("Check the server's name, whether the proxy is of the kind the account names, and whether it "
               "allows that server and its port."),
        {}};
}

Explanation explainSignIn(const Base::Error &error)
{
    switch (error.kind) {
    case SignInRefused:
        if (error.subject == QLatin1String("EXTERNAL"))
            return {Tr::tr("The server did not take your certificate for signing in."),
                    Tr::tr("Choose another certificate in the account (under Certificates), or ask the "
                           "provider to register this one."),
                    {}};
        return {
            Tr::tr("The server refused the sign-in and says why."),
            Tr::tr("Check user name and password, or choose another sign-in method in the account. An access "
                   "token may have run out, or not be for sending mail: get a new one."),
            {}};
    case ServerNotProved:
        return {Tr::tr("The server did not prove that it knows your password."),
                Tr::tr("Nothing was sent. It may be another server than it says: check its name and "
                       "certificate, use another network, or ask its operator."),
                {}};
    default:
        break;
    }
    return {
        naming(error.subject, Tr::tr("The server no longer offers the safer sign-in it took before (%1)."),
               Tr::tr("The server no longer offers the safer sign-in it took before.")),
        Tr::tr("Nothing was tried: somebody in between may want your password. Ask the server's operator; "
               "if the change is meant, accept the weaker sign-in."),
        {}};
}

Explanation explainRest(const Base::Error &error)
{
    switch (error.kind) {
    case Protocol:
        return {Tr::tr("The server answered with something that is not SMTP."),
                Tr::tr("Check that server and port are those for sending mail, and look at the transcript."),
                {}};
    case NotOffered:
        if (error.subject == QLatin1String("SMTPUTF8") && error.detail.isEmpty())
            return {
                Tr::tr("The header of the message holds letters outside ASCII as they are, and the server "
                       "does not take them."),
                Tr::tr("Send through an account whose server offers SMTPUTF8, or write the header in ASCII "
                       "before it is signed."),
                {}};
        if (error.subject == QLatin1String("SMTPUTF8"))
            return {
                naming(error.detail,
                       Tr::tr("The server cannot send to “%1”: it takes no letters outside ASCII in "
                              "front of the @."),
                       Tr::tr("The server takes no addresses with letters outside ASCII in front of the @.")),
                Tr::tr("Ask for another address of theirs, or send through an account whose server offers "
                       "SMTPUTF8."),
                {}};
        return {naming(error.subject, Tr::tr("The server does not offer %1."),
                       Tr::tr("The server lacks something that is needed.")),
                Tr::tr("Send through another account. Where it is about encryption or signing in, look at "
                       "this account's settings."),
                {}};
    case Cancelled:
        return {Tr::tr("It was stopped at your wish."), Tr::tr("Choose Retry to try again."), {}};
    case Interrupted:
        return {Tr::tr("The program ended while this was under way."),
                Tr::tr("It is taken up again by itself; nothing was lost."),
                {}};
    default:
        break;
    }
    return {Tr::tr("Something unforeseen happened in the program."),
            Tr::tr("Restart the program; if it happens again, report it with the log."),
            {}};
}

} // namespace

Explanation explain(const Base::Error &error)
{
    const auto withWords = [&error](Explanation explanation) {
        explanation.words = error.detail;
        return explanation;
    };
    switch (error.kind) {
    case FileMissing:
    case FileUnreadable:
    case FileUnwritable:
    case FileChanged:
    case DiskFull:
    case NotMaildir:
    case HomeUnwritable:
        return withWords(explainFile(error));
    case Database:
    case DatabaseDamaged:
    case DatabaseNewer:
    case NotFound:
    case NotAllowed:
        return withWords(explainBooks(error));
    case BadAddress:
    case BadHeader:
    case BadMessage:
    case LineTooLong:
    case NoRecipients:
    case NoSender:
    case TooBig:
    case TooLate:
    case Overdue:
    case BadTime:
        return withWords(explainMessage(error));
    case NoAccount:
    case UnknownAccount:
    case DuplicateAccount:
    case BadAccount:
    case BadSetting:
    case OnHold:
    case SecretMissing:
    case KeychainUnavailable:
    case CommandFailed:
        return withWords(explainAccount(error));
    case VaultUnavailable:
    case VaultLocked:
    case VaultWrongPassphrase:
    case VaultDamaged:
        return withWords(explainVault(error));
    case NameNotFound:
    case CannotConnect:
    case ConnectionLost:
    case TlsFailed:
    case CertificateRefused:
    case PlaintextAfterTls:
    case TimedOut:
        return withWords(explainNetwork(error));
    case ProxyUnreachable:
    case ProxyRefused:
    case ProxySignIn:
        return withWords(explainProxy(error));
    case SignInRefused:
    case ServerNotProved:
    case WeakerSignIn:
        return withWords(explainSignIn(error));
    case Protocol:
    case NotOffered:
    case Cancelled:
    case Interrupted:
    case Internal:
        break;
    }
    return withWords(explainRest(error));
}

} // namespace Ui
