#include "app/terminal.h"

#include "core/base/atomicfile.h"
#include "ui/common/explain.h"

#include <QCoreApplication>

#include <cstdio>

#ifdef Q_OS_UNIX
#include <termios.h>
#include <unistd.h>
#endif

namespace App::Terminal {

namespace {

constexpr qint64 passphraseLimit = 4096;
constexpr int mostAsked = 3;

void put(FILE *stream, const QString &line)
{
    const QByteArray bytes = line.toUtf8() + '\n';
    fwrite(bytes.constData(), 1, static_cast<size_t>(bytes.size()), stream);
    fflush(stream);
}

std::optional<QByteArray> lineOf(FILE *stream)
{
    QByteArray line;
    int c = 0;
    while ((c = fgetc(stream)) != EOF && c != '\n') {
        if (line.size() < passphraseLimit)
            line += static_cast<char>(c);
    }
    if (c == EOF && line.isEmpty())
        return std::nullopt;
    if (line.endsWith('\r'))
        line.chop(1);
    return line;
}

} // namespace

void say(const QString &line)
{
    put(stdout, line);
}
void complain(const QString &line)
{
    put(stderr, line);
}

void complain(const Ui::Explanation &explanation)
{
    for (const QString &line : {explanation.headline, explanation.advice, explanation.words}) {
        if (!line.isEmpty())
            complain(line);
    }
}

void complain(const Base::Error &error)
{
    Ui::Explanation words = Ui::explain(error);
    if (error.kind == Base::ErrorKind::VaultLocked) {
        // There is no button here.
        words.advice = QCoreApplication::translate(
            "Terminal", "Run this at a terminal to be asked for its passphrase, or put the passphrase "
                        "into a file and name that file in POSTRIDER_VAULT_PASSPHRASE_FILE. Without "
                        "either, use --password-command.");
    }
    complain(words);
    // The sentence names a file by its name; a script wants to know which one.
    if (error.subject.contains(QLatin1Char('/')) && !words.toText().contains(error.subject))
        complain(error.subject);
}

void print(const QJsonDocument &document)
{
    const QByteArray bytes = document.toJson(QJsonDocument::Indented).trimmed() + '\n';
    fwrite(bytes.constData(), 1, static_cast<size_t>(bytes.size()), stdout);
    fflush(stdout);
}

std::optional<QByteArray> readLine()
{
    return lineOf(stdin);
}

bool hasPerson()
{
#ifdef Q_OS_UNIX
    return isatty(STDIN_FILENO) == 1 && isatty(STDERR_FILENO) == 1;
#else
    return false;
#endif
}

std::optional<QByteArray> askHidden(const QString &question)
{
    if (!hasPerson())
        return std::nullopt;
#ifdef Q_OS_UNIX
    const QByteArray bytes = question.toUtf8() + ' ';
    fwrite(bytes.constData(), 1, static_cast<size_t>(bytes.size()), stderr);
    fflush(stderr);
    termios before{};
    tcgetattr(STDIN_FILENO, &before);
    termios hidden = before;
    hidden.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &hidden);
    const std::optional<QByteArray> answer = lineOf(stdin);
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &before);
    fputc('\n', stderr);
    return answer && !answer->isEmpty() ? answer : std::nullopt;
#else
    Q_UNUSED(question);
    return std::nullopt;
#endif
}

void passphrase(bool newVault, int attempt, const std::function<void(std::optional<QByteArray>)> &then)
{
    const QString file = qEnvironmentVariable("POSTRIDER_VAULT_PASSPHRASE_FILE");
    if (!file.isEmpty()) {
        if (attempt > 1) // the file says the same again
            return then(std::nullopt);
        const Base::Result<QByteArray> bytes = Base::readAll(file, passphraseLimit);
        if (!bytes) {
            complain(bytes.error());
            return then(std::nullopt);
        }
        const QByteArray line = bytes->left(bytes->contains('\n') ? bytes->indexOf('\n') : bytes->size());
        return then(line.isEmpty() ? std::nullopt : std::optional<QByteArray>(line));
    }
    const auto tr = [](const char *text) { return QCoreApplication::translate("Terminal", text); };
    if (!newVault)
        return then(askHidden(attempt > 1 ? tr("That was not the passphrase. Passphrase of the vault:")
                                          : tr("Passphrase of the vault:")));
    for (int i = 0; i < mostAsked && hasPerson(); ++i) {
        const auto first = askHidden(tr("New passphrase for the vault that will keep passwords:"));
        if (!first)
            break;
        if (askHidden(tr("The same once more:")) == first)
            return then(first);
        complain(tr("The two were not the same."));
    }
    then(std::nullopt);
}

} // namespace App::Terminal
