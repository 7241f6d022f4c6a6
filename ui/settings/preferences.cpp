#include "ui/settings/preferences.h"

#include <array>

namespace Ui {

namespace {

struct Row
{
    Preference preference;
    const char *key;
    QMetaType::Type type;
    int number = 0; ///< default of a number or a flag; texts and bytes are empty
    int least = 0;
    int most = 0;
};

constexpr std::array rows{
    Row{Preference::WindowGeometry, "window/geometry", QMetaType::QByteArray},
    Row{Preference::WindowState, "window/state", QMetaType::QByteArray},
    Row{Preference::NavigationSplitter, "window/navigation", QMetaType::QByteArray},
    Row{Preference::DetailsSplitter, "window/details", QMetaType::QByteArray},
    Row{Preference::TableHeader, "window/table", QMetaType::QByteArray},
    Row{Preference::TranscriptHeader, "window/transcript", QMetaType::QByteArray},
    Row{Preference::ComposerGeometry, "composer/geometry", QMetaType::QByteArray},
    Row{Preference::ExplainTranscript, "transcript/explain", QMetaType::Bool, 1, 0, 1},
    Row{Preference::AutosaveSeconds, "composer/autosaveSeconds", QMetaType::Int, 3, 1, 600},
    Row{Preference::LastAccount, "composer/lastAccount", QMetaType::Int, 0, 0, 0x7fffffff},
    Row{Preference::PracticePort, "practice/port", QMetaType::Int, 0, 0, 65535},
    Row{Preference::PracticeScenario, "practice/scenario", QMetaType::QString},
    Row{Preference::ToldLate, "outbox/toldLate", QMetaType::QString},
};

const Row &rowOf(Preference preference)
{
    return rows.at(static_cast<std::size_t>(preference));
}

} // namespace

Preferences::Preferences(const QString &file, QObject *parent)
    : QObject(parent)
    , m_settings(file, QSettings::IniFormat)
{
}

QVariant Preferences::get(Preference preference) const
{
    const Row &row = rowOf(preference);
    QVariant value = m_settings.value(QLatin1String(row.key));
    const bool isNumber = row.type == QMetaType::Int || row.type == QMetaType::Bool;
    if (isNumber) {
        // A file edited by hand may hold anything: what does not fit counts as not there.
        bool ok = false;
        int number = value.toString() == QLatin1String("true")    ? 1
                     : value.toString() == QLatin1String("false") ? 0
                                                                  : value.toInt(&ok);
        ok = ok || value.metaType().id() == QMetaType::Bool || value.toString() == QLatin1String("true") ||
             value.toString() == QLatin1String("false");
        if (!ok || number < row.least || number > row.most)
            number = row.number;
        value = row.type == QMetaType::Bool ? QVariant(number != 0) : QVariant(number);
        return value;
    }
    return row.type == QMetaType::QByteArray ? QVariant(value.toByteArray()) : QVariant(value.toString());
}

void Preferences::set(Preference preference, const QVariant &value)
{
    if (get(preference) == value)
        return;
    m_settings.setValue(QLatin1String(rowOf(preference).key), value);
    Q_EMIT changed(preference);
}

void Preferences::reset(Preference preference)
{
    m_settings.remove(QLatin1String(rowOf(preference).key));
    Q_EMIT changed(preference);
}

QList<Preference> Preferences::all()
{
    QList<Preference> preferences;
    for (const Row &row : rows)
        preferences.append(row.preference);
    return preferences;
}

QString Preferences::key(Preference preference)
{
    return QLatin1String(rowOf(preference).key);
}

} // namespace Ui
