#include "ui/accounts/accountproblem.h"

#include <QCoreApplication>

#include <array>

namespace Ui {

namespace {

struct AccountProblem
{
    Q_DECLARE_TR_FUNCTIONS(Ui::AccountProblem)
};

struct Row
{
    const char *field;
    const char *detail; ///< a word of the error's detail that tells two troubles of a field apart; or empty
    const char *headline;
    const char *advice;
};

constexpr std::array rows{
    Row{"name", "", QT_TRANSLATE_NOOP("Ui::AccountProblem", "The account has no name yet."),
        QT_TRANSLATE_NOOP("Ui::AccountProblem", "Call it what you like, such as “work”.")},
    Row{"host", "", QT_TRANSLATE_NOOP("Ui::AccountProblem", "The server's name is missing or not a name."),
        QT_TRANSLATE_NOOP(
            "Ui::AccountProblem",
            "Your provider tells it, often smtp.example.org. Without https:// and without a path.")},
    Row{"port", "", QT_TRANSLATE_NOOP("Ui::AccountProblem", "The port is missing."),
        QT_TRANSLATE_NOOP("Ui::AccountProblem", "Usually 465 or 587.")},
    Row{"from", "", QT_TRANSLATE_NOOP("Ui::AccountProblem", "Your address is missing or not whole."),
        QT_TRANSLATE_NOOP("Ui::AccountProblem", "Write it as name@example.org.")},
    Row{"user", "",
        QT_TRANSLATE_NOOP("Ui::AccountProblem", "The user name is missing or holds what it may not hold."),
        QT_TRANSLATE_NOOP("Ui::AccountProblem", "Often it is your address.")},
    Row{"security", "certificate",
        QT_TRANSLATE_NOOP("Ui::AccountProblem",
                          "Without encryption there is no certificate to sign in with."),
        QT_TRANSLATE_NOOP("Ui::AccountProblem",
                          "Choose an encrypted connection, or another sign-in method.")},
    Row{"security", "", QT_TRANSLATE_NOOP("Ui::AccountProblem", "The password would travel unencrypted."),
        QT_TRANSLATE_NOOP("Ui::AccountProblem",
                          "Choose an encrypted connection, or allow it under Advanced.")},
    Row{"helo", "",
        QT_TRANSLATE_NOOP("Ui::AccountProblem", "The name said in EHLO is not the name of a computer."),
        QT_TRANSLATE_NOOP("Ui::AccountProblem",
                          "Letters, digits, dots and hyphens, such as mail.example.org; or leave it empty.")},
    Row{"sent-folder", "",
        QT_TRANSLATE_NOOP("Ui::AccountProblem", "The folder for copies is not a whole path."),
        QT_TRANSLATE_NOOP("Ui::AccountProblem", "Choose the folder, or leave it empty.")},
    Row{"proxy", "user name",
        QT_TRANSLATE_NOOP("Ui::AccountProblem", "The proxy cannot take that user name."),
        QT_TRANSLATE_NOOP("Ui::AccountProblem",
                          "Correct it, or leave it empty where the proxy asks nobody.")},
    Row{"proxy", "", QT_TRANSLATE_NOOP("Ui::AccountProblem", "The proxy's name is missing or not a name."),
        QT_TRANSLATE_NOOP("Ui::AccountProblem",
                          "Write the name or the address alone, such as proxy.example.org; or choose no "
                          "proxy.")},
    Row{"pin", "", QT_TRANSLATE_NOOP("Ui::AccountProblem", "That is no key that could be pinned."),
        QT_TRANSLATE_NOOP("Ui::AccountProblem",
                          "A pin is the SHA-256 of a public key: 44 characters of base64, or 64 hexadecimal "
                          "digits. Correct it or take it out.")},
    Row{"client-certificate", "signs in",
        QT_TRANSLATE_NOOP("Ui::AccountProblem", "The certificate that signs in is missing."),
        QT_TRANSLATE_NOOP("Ui::AccountProblem",
                          "Choose its file and that of its key, or another sign-in method under Advanced.")},
    Row{"client-certificate", "",
        QT_TRANSLATE_NOOP("Ui::AccountProblem", "The key has no certificate to go with it."),
        QT_TRANSLATE_NOOP("Ui::AccountProblem", "Choose the certificate's file too, or take the key out.")},
    Row{"client-key", "",
        QT_TRANSLATE_NOOP("Ui::AccountProblem", "The certificate has no key to go with it."),
        QT_TRANSLATE_NOOP("Ui::AccountProblem", "Choose the key's file too, or take the certificate out.")},
};

} // namespace

Explanation explainField(const Base::Error &error)
{
    if (error.kind != Base::ErrorKind::BadAccount)
        return explain(error);
    for (const Row &row : rows) {
        if (error.subject == QLatin1String(row.field) && error.detail.contains(QLatin1String(row.detail)))
            return {QCoreApplication::translate("Ui::AccountProblem", row.headline),
                    QCoreApplication::translate("Ui::AccountProblem", row.advice),
                    {}};
    }
    return explain(error);
}

} // namespace Ui
