#include "core/base/log.h"

#include <QDir>

#include <spdlog/sinks/rotating_file_sink.h>
#include <spdlog/spdlog.h>

#include <memory>

namespace Base::Log {

namespace {

constexpr std::size_t fileSize = 4U << 20U;
constexpr std::size_t files = 5;

std::shared_ptr<spdlog::logger> logger;
QtMessageHandler previousHandler = nullptr;

void write(spdlog::level::level_enum level, const QString &line)
{
    if (!logger) {
        if (level >= spdlog::level::warn)
            fprintf(stderr, "postrider: %s\n", qPrintable(line));
        return;
    }
    // One line stays one line whatever it quotes.
    QString clean = line;
    for (QChar &c : clean) {
        if (c.unicode() < 0x20 || c.unicode() == 0x7f)
            c = QLatin1Char(' ');
    }
    logger->log(level, "{}", clean.toStdString());
}

void qtMessage(QtMsgType type, const QMessageLogContext &context, const QString &message)
{
    switch (type) {
    case QtDebugMsg:
        break;
    case QtInfoMsg:
        write(spdlog::level::info, QStringLiteral("Qt: ") + message);
        break;
    case QtWarningMsg:
        write(spdlog::level::warn, QStringLiteral("Qt: ") + message);
        break;
    case QtCriticalMsg:
    case QtFatalMsg:
        write(spdlog::level::err, QStringLiteral("Qt: ") + message);
        break;
    }
    if (previousHandler && type == QtFatalMsg)
        previousHandler(type, context, message);
}

} // namespace

void start(const QString &folder)
{
    try {
        const auto path = QDir(folder).filePath(QStringLiteral("postrider.log")).toStdString();
        auto sink = std::make_shared<spdlog::sinks::rotating_file_sink_mt>(path, fileSize, files);
        auto made = std::make_shared<spdlog::logger>("postrider", sink);
        made->set_pattern("%Y-%m-%dT%H:%M:%S.%e%z %L [%P] %v");
        made->flush_on(spdlog::level::info);
        logger = made;
        if (!previousHandler)
            previousHandler = qInstallMessageHandler(qtMessage);
    } catch (const spdlog::spdlog_ex &problem) {
        // A log that cannot be written must not keep mail from going out.
        fprintf(stderr, "postrider: no log file: %s\n", problem.what());
    }
}

void stop()
{
    if (previousHandler) {
        qInstallMessageHandler(previousHandler);
        previousHandler = nullptr;
    }
    if (logger)
        logger->flush();
    logger.reset();
}

void info(const QString &line)
{
    write(spdlog::level::info, line);
}
void warning(const QString &line)
{
    write(spdlog::level::warn, line);
}
void error(const QString &line)
{
    write(spdlog::level::err, line);
}

} // namespace Base::Log
