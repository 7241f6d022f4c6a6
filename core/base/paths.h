#pragma once

// Where the program keeps what it keeps. One home holds everything; without one the XDG folders do
// (XDG Base Directory Specification 0.8). Nothing here creates a folder but prepare().

#include "core/base/result.h"

#include <QString>

namespace Base {

class Paths
{
public:
    /// Everything below one folder (--home, POSTRIDER_HOME).
    static Paths inHome(const QString &directory);
    /// The desktop's standard folders.
    static Paths standard();

    QString home() const { return m_data; } ///< the folder whose lock decides who dispatches
    QString database() const;
    QString spool() const;
    QString vault() const;
    QString practice() const;
    QString logs() const;
    QString settings() const; ///< an INI file
    QString dispatcherLock() const;
    /// Name of the local socket by which programs on one home wake each other: short, unique to the home and
    /// the user.
    QString socketName() const;

    /// Makes the folders, readable by their owner alone. HomeUnwritable names the folder and the reason.
    Done prepare() const;

private:
    QString m_data;
    QString m_config;
    QString m_state;
};

} // namespace Base
