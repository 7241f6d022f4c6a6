#pragma once

// The transparency of RFC 5321 §4.5.2, over any cut of the content: CR, LF and CRLF all go out as CRLF, so
// that no relay sees an end of data that is none (CVE-2023-51764), and a dot at the start of a line is
// doubled, at offset 0 and over the edge of two chunks too.

#include <QByteArray>

namespace Smtp {

class DataWriter
{
public:
    enum class Form {
        Dotted, ///< for DATA
        Chunks, ///< for BDAT: no dot is doubled (RFC 3030 §2)
    };
    explicit DataWriter(Form form = Form::Dotted)
        : m_form(form)
    {
    }

    QByteArray write(const QByteArray &chunk);
    /// What is missing to end the last line; then the caller sends terminator().
    QByteArray finish();
    static QByteArray terminator() { return ".\r\n"; }

private:
    const char *unchangedUntil(const char *at, const char *end) const;

    Form m_form;
    bool m_lineStart = true;
    bool m_afterCr = false;
};

} // namespace Smtp
