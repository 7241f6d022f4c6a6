#pragma once

// Shows a certificate that was refused: whose it is, who issued it, until when, its fingerprint and what is
// wrong with it; and lets a person accept exactly this one. Nothing is accepted wholesale.

#include "core/net/tlsfacts.h"

#include <QFrame>

class QFormLayout;
class QPushButton;

namespace Ui {

class CertificatePanel : public QFrame
{
    Q_OBJECT

public:
    explicit CertificatePanel(QWidget *parent = nullptr);

    void show(const Net::TlsFacts &facts);

    /// "3A:4F:…" in blocks, for comparing by eye.
    static QString grouped(const QString &sha256);

Q_SIGNALS:
    void accepted(const Net::TlsFacts &facts);

private:
    void addFact(const QString &label, const QString &value, bool fixed = false);

    QFormLayout *m_form;
    QPushButton *m_accept;
    Net::TlsFacts m_facts;
};

} // namespace Ui
