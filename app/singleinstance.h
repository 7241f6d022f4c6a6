#pragma once

// One window a home: a second start asks the first one to come to the front and ends.

#include "core/base/paths.h"

#include <QLocalServer>
#include <QObject>

namespace App {

class SingleInstance : public QObject
{
    Q_OBJECT

public:
    explicit SingleInstance(const Base::Paths &paths);

    /// True when another window answered and comes to the front.
    bool raiseOther() const;
    /// From here on this is the window that others raise.
    void listen();

Q_SIGNALS:
    void raiseWanted();

private:
    QString m_name;
    QLocalServer m_server;
};

} // namespace App
