#pragma once

// QCA, started and stopped. One is made in main, after the application object and before anything of
// core/crypto is used, and outlives all of that. Built without QCA it does nothing.

#include <QtGlobal>

#include <memory>

namespace Crypto {

class Runtime
{
public:
    Runtime();
    ~Runtime();
    Q_DISABLE_COPY_MOVE(Runtime)

private:
    struct Parts;
    std::unique_ptr<Parts> m_parts;
};

} // namespace Crypto
