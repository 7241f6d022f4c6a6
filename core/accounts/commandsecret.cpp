#include "core/accounts/commandsecret.h"

#include <QProcess>
#include <QTimer>

namespace Accounts {

namespace {

using Base::Error;
using Base::ErrorKind;

constexpr qsizetype mostOutput = 65'536;
constexpr qsizetype mostErrorOutput = 4'096;
constexpr qsizetype mostShown = 200;

Error failed(const QString &why)
{
    return {ErrorKind::CommandFailed, {}, why};
}

QByteArray firstLine(const QByteArray &text)
{
    const qsizetype end = text.indexOf('\n');
    QByteArray line = end < 0 ? text : text.left(end);
    if (line.endsWith('\r'))
        line.chop(1);
    return line;
}

QString shown(const QByteArray &errorOutput)
{
    QString text = QString::fromUtf8(firstLine(errorOutput.trimmed())).left(mostShown);
    for (QChar &c : text) {
        if (c.category() == QChar::Other_Control || c.category() == QChar::Other_Format)
            c = QChar::ReplacementCharacter;
    }
    return text;
}

/// One run of the command; deletes itself when it has answered.
class Run : public QProcess
{
public:
    Run(QObject *context, SecretStore::Got then)
        : QProcess(context)
        , m_then(std::move(then))
    {
        connect(this, &QProcess::readyReadStandardOutput, this, &Run::readOutput);
        connect(this, &QProcess::readyReadStandardError, this, &Run::readErrors);
        connect(this, &QProcess::finished, this, &Run::onFinished);
        connect(this, &QProcess::errorOccurred, this, [this](QProcess::ProcessError error) {
            if (error == QProcess::FailedToStart)
                answer(failed(QStringLiteral("the shell could not be started")));
        });
    }

    ~Run() override
    {
        m_output.fill('\0');
        disconnect(this, nullptr, this, nullptr);
        if (state() != QProcess::NotRunning) {
            kill();
            waitForFinished(1000);
        }
    }

    void begin(const QString &command, int timeoutMs)
    {
        setStandardInputFile(QProcess::nullDevice());
        QTimer::singleShot(timeoutMs, this,
                           [this] { answer(failed(QStringLiteral("the command takes too long"))); });
#ifdef Q_OS_WIN
        start(QStringLiteral("cmd.exe"), {QStringLiteral("/c"), command});
#else
        start(QStringLiteral("/bin/sh"), {QStringLiteral("-c"), command});
#endif
    }

private:
    void readOutput()
    {
        QByteArray bytes = readAllStandardOutput();
        m_output += bytes;
        bytes.fill('\0');
        if (m_output.size() > mostOutput)
            answer(failed(QStringLiteral("the command prints too much")));
    }

    void readErrors()
    {
        const QByteArray bytes = readAllStandardError();
        m_errors += bytes.left(mostErrorOutput - m_errors.size());
    }

    void onFinished(int exitCode, QProcess::ExitStatus status)
    {
        readOutput();
        readErrors();
        const QString words = m_errors.isEmpty() ? QString() : QStringLiteral(": ") + shown(m_errors);
        if (status != QProcess::NormalExit)
            return answer(failed(QStringLiteral("the command crashed") + words));
        if (exitCode != 0)
            return answer(failed(QStringLiteral("exit code %1").arg(exitCode) + words));
        const QByteArray secret = firstLine(m_output);
        if (secret.isEmpty())
            return answer(failed(QStringLiteral("the first line of its output is empty") + words));
        answer(secret);
    }

    void answer(const Base::Result<QByteArray> &result)
    {
        if (!m_then)
            return;
        // From the event loop: starting may fail inside start(), and the caller is still in its call.
        QMetaObject::invokeMethod(
            parent(), [then = std::exchange(m_then, nullptr), result] { then(result); },
            Qt::QueuedConnection);
        deleteLater();
    }

    SecretStore::Got m_then;
    QByteArray m_output;
    QByteArray m_errors;
};

} // namespace

void runSecretCommand(const QString &command, int timeoutMs, QObject *context, SecretStore::Got then)
{
    (new Run(context, std::move(then)))->begin(command, timeoutMs);
}

} // namespace Accounts
