#include "core/message/headerwriter.h"

#include "core/message/encodedword.h"

#include <algorithm>

namespace Message {

namespace {

constexpr qsizetype preferred = 78;     // RFC 5322 §2.1.1: should not exceed, CRLF not counted
constexpr qsizetype longestPiece = 918; // what cannot be folded stays well below the limit of 998
constexpr qsizetype longestPhrase = 70; // a longer name is written as encoded words, which can be folded

QByteArray quotedString(const QString &value)
{
    QByteArray out = "\"";
    for (const char c : value.toLatin1()) {
        if (c == '"' || c == '\\')
            out += '\\';
        out += c;
    }
    return out + '"';
}

bool isToken(const QString &value)
{
    static const QByteArray special = "()<>@,;:\\\"/[]?=";
    return !value.isEmpty() && std::all_of(value.begin(), value.end(), [](QChar c) {
        return c.unicode() > 0x20 && c.unicode() < 0x7f && !special.contains(static_cast<char>(c.unicode()));
    });
}

QByteArray percent(const QByteArray &octets)
{
    QByteArray out;
    for (const char c : octets) {
        const auto octet = static_cast<uchar>(c);
        const bool plain = (octet >= 'a' && octet <= 'z') || (octet >= 'A' && octet <= 'Z') ||
                           (octet >= '0' && octet <= '9') || octet == '-' || octet == '.' || octet == '_';
        out += plain ? QByteArray(1, c) : '%' + QByteArray(1, c).toHex().toUpper();
    }
    return out;
}

// RFC 2231 §3 and §4: name*0*=utf-8''…; name*1*=…; characters stay whole within a section.
QList<QByteArray> sections(const QByteArray &name, const QString &value)
{
    const qsizetype room =
        std::max<qsizetype>(30, preferred - name.size() - 13); // " ", "*0*=utf-8''" and ";"
    QList<QByteArray> runs;
    QByteArray run;
    const auto points = value.toUcs4();
    for (const char32_t point : points) {
        const QByteArray piece = percent(QStringView(QChar::fromUcs4(point)).toUtf8());
        if (run.size() + piece.size() > room) {
            runs.append(run);
            run.clear();
        }
        run += piece;
    }
    runs.append(run);
    if (runs.size() == 1)
        return {name + "*=utf-8''" + runs.first()};
    QList<QByteArray> out;
    for (qsizetype i = 0; i < runs.size(); ++i)
        out.append(name + '*' + QByteArray::number(i) +
                   "*=" + (i == 0 ? QByteArray("utf-8''") : QByteArray()) + runs.at(i));
    return out;
}

} // namespace

bool isHeaderSafe(const QString &text)
{
    return std::all_of(text.begin(), text.end(), [](QChar c) {
        return (c.unicode() >= 0x20 && c.unicode() != 0x7f && c.unicode() != 0x2028 &&
                c.unicode() != 0x2029) ||
               c == QLatin1Char('\t');
    });
}

bool isFieldName(const QByteArray &name)
{
    return !name.isEmpty() && name.size() <= 200 &&
           std::all_of(name.begin(), name.end(), [](char c) { return c > 0x20 && c < 0x7f && c != ':'; });
}

void HeaderWriter::begin(const QByteArray &name)
{
    m_out += name + ':';
    m_column = name.size() + 1;
}

void HeaderWriter::token(const QByteArray &token, bool blankBefore)
{
    const qsizetype needed = token.size() + (blankBefore ? 1 : 0);
    if (blankBefore && m_column + needed > preferred) {
        m_out += "\r\n ";
        m_column = 1;
    } else if (blankBefore) {
        m_out += ' ';
        ++m_column;
    }
    m_out += token;
    m_column += token.size();
}

void HeaderWriter::end()
{
    m_out += "\r\n";
    m_column = 0;
}

Base::Done HeaderWriter::text(const QByteArray &name, const QString &value)
{
    if (!isFieldName(name))
        return Base::Error{Base::ErrorKind::BadHeader, QString::fromUtf8(name),
                           QStringLiteral("not a field name")};
    if (!isHeaderSafe(value))
        return Base::Error{Base::ErrorKind::BadHeader, QString::fromLatin1(name),
                           QStringLiteral("the value holds a line break or another control character")};
    QString clean = value.trimmed();
    clean.replace(QLatin1Char('\t'), QLatin1Char(' '));
    const QStringList words = clean.split(QLatin1Char(' '));
    qsizetype piece = 0; // a word and the blanks in front of it, which travel together
    bool foldable = true;
    for (const QString &word : words) {
        piece += word.size() + 1;
        foldable = foldable && piece <= longestPiece;
        if (!word.isEmpty())
            piece = 0;
    }
    begin(name);
    if (isPlain(clean) && foldable) {
        // Runs of blanks travel with the word behind them, so that unfolding gives them back.
        QByteArray blanks;
        bool first = true;
        for (const QString &word : words) {
            if (word.isEmpty() && !first) {
                blanks += ' ';
                continue;
            }
            token(blanks + word.toLatin1(), true);
            blanks.clear();
            first = false;
        }
    } else {
        for (const QByteArray &word : encodeWords(clean, preferred - m_column - 1, false))
            token(word, true);
    }
    end();
    return {};
}

void HeaderWriter::addresses(const QByteArray &name, const QList<Address> &addresses)
{
    if (addresses.isEmpty())
        return;
    begin(name);
    for (qsizetype i = 0; i < addresses.size(); ++i) {
        const Address &address = addresses.at(i);
        const QByteArray comma = i + 1 < addresses.size() ? "," : "";
        const QString display = address.displayName();
        if (display.isEmpty()) {
            token(address.wire() + comma, true);
            continue;
        }
        const bool isAtom = isToken(display) && !display.contains(QLatin1Char('.'));
        const QByteArray phrase = isAtom ? display.toLatin1() : quotedString(display);
        if (isPlain(display) && phrase.size() <= longestPhrase) {
            token(phrase, true);
        } else {
            // A name that fits into one word is not cut: some readers put a blank between two words of a
            // name.
            for (const QByteArray &piece : encodeWords(display, preferred, true))
                token(piece, true);
        }
        token('<' + address.wire() + '>' + comma, true);
    }
    end();
}

void HeaderWriter::structured(const QByteArray &name, const QByteArray &value)
{
    begin(name);
    const QList<QByteArray> words = value.split(' ');
    for (const QByteArray &piece : words)
        token(piece, true);
    end();
}

void HeaderWriter::parameterised(const QByteArray &name, const QByteArray &value,
                                 const QList<std::pair<QByteArray, QString>> &parameters)
{
    begin(name);
    token(value, true);
    for (const auto &[key, content] : parameters) {
        if (isPlain(content) && content.size() <= 60) {
            m_out += ';';
            ++m_column;
            token(key + '=' + (isToken(content) ? content.toLatin1() : quotedString(content)), true);
            continue;
        }
        for (const QByteArray &section : sections(key, content)) {
            m_out += ';';
            ++m_column;
            token(section, true);
        }
    }
    end();
}

} // namespace Message
