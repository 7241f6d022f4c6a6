#pragma once

// A QTcpServer that hands on bare descriptors, so that whoever takes one decides what kind of socket it
// becomes.

#include <QTcpServer>

#include <functional>

namespace Practice {

class Listener : public QTcpServer
{
public:
    explicit Listener(std::function<void(qintptr)> take)
        : m_take(std::move(take))
    {
    }

protected:
    void incomingConnection(qintptr descriptor) override { m_take(descriptor); }

private:
    std::function<void(qintptr)> m_take;
};

} // namespace Practice
