#pragma once

// What QCA's own plugins lack, taken from OpenSSL: the key derivation "scrypt" (RFC 7914). Users see QCA
// only, through Crypto::Scrypt; inserted by Crypto::Runtime.

#ifdef POSTRIDER_WITH_QCA

#include <QtCrypto>

namespace Crypto {

class ScryptProvider : public QCA::Provider
{
public:
    int qcaVersion() const override;
    QString name() const override;
    QStringList features() const override;
    Context *createContext(const QString &type) override;
};

} // namespace Crypto

#endif
