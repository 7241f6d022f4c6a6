#pragma once

// What the window remembers: one table of keys, types and defaults over an INI file. Nothing else reads or
// writes that file, and no key is typed twice.

#include <QObject>
#include <QSettings>
#include <QVariant>

namespace Ui {

enum class Preference {
    WindowGeometry,     ///< byte array
    WindowState,        ///< byte array: where toolbars are
    NavigationSplitter, ///< byte array
    DetailsSplitter,    ///< byte array
    TableHeader,        ///< byte array: widths, order and hidden columns
    TranscriptHeader,   ///< byte array
    ComposerGeometry,   ///< byte array
    ExplainTranscript,  ///< bool: show what each line means
    AutosaveSeconds,    ///< int, 1–600
    LastAccount,        ///< int: the account last written with
    PracticePort,       ///< int: 0 until the practice server ran once
    PracticeScenario,   ///< text: its stable name
    ToldLate,           ///< text: ids of the messages of which was told that they take long
};

class Preferences : public QObject
{
    Q_OBJECT

public:
    /// file: Base::Paths::settings().
    explicit Preferences(const QString &file, QObject *parent = nullptr);

    /// The stored value in its type, else the default.
    QVariant get(Preference preference) const;
    void set(Preference preference, const QVariant &value);
    void reset(Preference preference);

    QByteArray bytes(Preference preference) const { return get(preference).toByteArray(); }
    bool flag(Preference preference) const { return get(preference).toBool(); }
    int number(Preference preference) const { return get(preference).toInt(); }
    QString text(Preference preference) const { return get(preference).toString(); }

    static QList<Preference> all();
    static QString key(Preference preference);

Q_SIGNALS:
    void changed(Ui::Preference preference);

private:
    QSettings m_settings;
};

} // namespace Ui
