#pragma once

// The command line's two voices: answers on stdout, problems on stderr. Foreign text is made harmless before
// it is printed; passphrases are read without echo, and only where somebody sits at a terminal.

#include "core/base/error.h"

#include <QByteArray>
#include <QJsonDocument>
#include <QString>

#include <functional>
#include <optional>

namespace Ui {
struct Explanation;
}

namespace App::Terminal {

void say(const QString &line);
void complain(const QString &line);
/// What happened, what to do, and the technical words.
void complain(const Ui::Explanation &explanation);
void complain(const Base::Error &error);
void print(const QJsonDocument &document);

/// The first line of stdin without its line end; nullopt when stdin is empty.
std::optional<QByteArray> readLine();
bool hasPerson(); ///< stdin is a terminal
/// Asked without echo; nullopt when nobody is there or nothing was typed.
std::optional<QByteArray> askHidden(const QString &question);

/// The vault's passphrase: from the file named by POSTRIDER_VAULT_PASSPHRASE_FILE, else asked.
void passphrase(bool newVault, int attempt, const std::function<void(std::optional<QByteArray>)> &then);

} // namespace App::Terminal
