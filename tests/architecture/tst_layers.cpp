// The layer table, executable: reads every #include of app, core and ui and refuses an edge that is not in
// the table, and what has no business in a folder. A second half proves on a made-up tree that each rule can
// fail.

#include <QDir>
#include <QDirIterator>
#include <QFile>
#include <QMap>
#include <QRegularExpression>
#include <QTemporaryDir>
#include <QTest>

namespace {

/// Folder → the folders it may include, itself understood. "*": every one of ours.
const QMap<QString, QStringList> &table()
{
    static const auto words = [](const char *text) {
        return QString::fromLatin1(text).split(QLatin1Char(' '), Qt::SkipEmptyParts);
    };
    static const QMap<QString, QStringList> rows{
        {QStringLiteral("core/base"), {}},
        {QStringLiteral("core/message"), words("core/base")},
        {QStringLiteral("core/net"), words("core/base")},
        {QStringLiteral("core/delivery"), words("core/base core/message")},
        {QStringLiteral("core/crypto"), words("core/base core/message")},
        {QStringLiteral("core/accounts"), words("core/base core/message core/net core/crypto")},
        {QStringLiteral("core/practice"), words("core/base core/net")},
        {QStringLiteral("core/smtp"), words("core/base core/message core/delivery core/net")},
        {QStringLiteral("core/store"), words("core/base core/message core/delivery core/accounts")},
        {QStringLiteral("core/outbox"),
         words("core/base core/message core/net core/delivery core/accounts core/smtp core/store")},
        {QStringLiteral("core/bounces"), words("core/base core/message core/delivery core/store")},
        {QStringLiteral("core/mailing"),
         words("core/base core/message core/delivery core/accounts core/store core/outbox")},
        {QStringLiteral("ui"),
         words("core/base core/message core/delivery core/accounts core/crypto core/bounces "
               "core/mailing core/practice")},
        {QStringLiteral("app"), {QStringLiteral("*")}},
    };
    return rows;
}

/// The only headers of other rooms that ui may see: the read-only query, the door and its events, plain
/// values.
const QStringList uiHeaders{
    QStringLiteral("core/store/exportwish.h"), QStringLiteral("core/store/messagequery.h"),
    QStringLiteral("core/store/rows.h"),       QStringLiteral("core/store/searchquery.h"),
    QStringLiteral("core/outbox/mailroom.h"),  QStringLiteral("core/outbox/events.h"),
    QStringLiteral("core/outbox/forecast.h"),  QStringLiteral("core/net/endpoint.h"),
    QStringLiteral("core/net/tlsfacts.h"),     QStringLiteral("core/net/pin.h"),
};

constexpr qsizetype longestFile = 500; // lines

/// What may stand only in some places, as a pattern of code (comments and strings are taken out before).
struct Ban
{
    const char *what;
    const char *pattern;
    const char *where;    ///< pattern of the paths it is refused in
    const char *excepted; ///< pattern of the paths it is allowed in; empty: none
};

constexpr Ban bans[]{
    {"spdlog is known by the log alone", R"(#\s*include\s*<spdlog/|\bspdlog::)", "^(app|core|ui)/",
     R"(^core/base/log\.)"},
    {"QCA is known by core/crypto alone", R"(#\s*include\s*<(QtCrypto|qca)|\bQCA::)", "^(app|core|ui)/",
     "^core/crypto/"},
    {"SQL is known by core/store alone",
     R"(#\s*include\s*<(QtSql/)?QSql|\bQSql(Database|Query|Error|Driver)\b)", "^(app|core|ui)/",
     "^core/store/"},
    {"QSslSocket is known by core/net and core/practice alone", R"(\bQSslSocket\b)", "^(app|core|ui)/",
     "^core/(net|practice)/"},
    {"core knows no widgets",
     R"(#\s*include\s*<(QtWidgets/|QtGui/|QWidget|QApplication|QDialog|QMessageBox|QMainWindow|QLabel|QIcon|QPixmap|QGuiApplication)|\bQWidget\b)",
     "^core/", ""},
    {"core does not speak to people",
     R"((^|[^A-Za-z0-9_])tr\s*\(|\bQT_TR(ANSLATE)?_NOOP|\bQCoreApplication::translate\b|\bqsTr\b)", "^core/",
     ""},
    {"no singletons",
     R"(\b(instance|getInstance|theInstance)\s*\(\s*\)\s*(const\s*)?(\{|$)|\bQ_GLOBAL_STATIC\b)",
     "^(app|core|ui)/", ""},
    // Law 9: Qt takes for markup what looks like some, and fetches its images.
    {"labels are PlainLabels", R"(\bnew\s+QLabel\b|\bpublic\s+QLabel\b|\bQLabel\s+\w+\s*[({;])", "^(app|ui)/",
     R"(^ui/common/plainlabel\.)"},
    {"a box gets its words from setPlainTexts()",
     R"(\bsetInformativeText\b|\bQMessageBox::(about|critical|information|question|warning)\b|\A(?![\s\S]*\bsetPlainTexts\b)[\s\S]*?\bQMessageBox\s*\w*\s*\()",
     "^(app|ui)/", R"(^ui/common/plainlabel\.)"},
    {"a tooltip goes through plainToolTip()",
     R"(\bsetToolTip\s*\((?!\s*(\w+\s*,\s*)?(plainToolTip\s*\(|tr\s*\((\s*"")+\s*\)\s*\)))|\bToolTipRole\b(?!:\s*return plainToolTip\())",
     "^(app|ui)/", R"(^ui/common/format\.)"},
    {"nothing is shown as markup",
     R"(\bQt::(RichText|AutoText|MarkdownText)\b|\b(setHtml|insertHtml|appendHtml|setMarkdown|setWhatsThis)\b|\bQ(TextBrowser|TextEdit|ErrorMessage|InputDialog|ProgressDialog)\b)",
     "^(app|ui)/", ""},
    {"core asks no application object", R"(\bq(Gui)?App\b|\bQCoreApplication::instance\b)", "^core/", ""},
};

/// The code without its comments and string literals, line by line; #include lines keep their names.
QString stripped(const QString &source)
{
    QString out;
    enum { Code, LineComment, BlockComment, Text, Character } state = Code;
    const auto at = [&source](qsizetype i) { return i < source.size() ? source.at(i) : QChar(); };
    bool including = false;
    for (qsizetype i = 0; i < source.size(); ++i) {
        const QChar c = source.at(i);
        if (c == QLatin1Char('\n')) {
            including = false;
            if (state == LineComment || state == Text || state == Character)
                state = Code;
            out += c;
            continue;
        }
        switch (state) {
        case Code:
            if (c == QLatin1Char('#'))
                including = QStringView(source).mid(i + 1, 20).trimmed().startsWith(QLatin1String("include"));
            if (c == QLatin1Char('/') && at(i + 1) == QLatin1Char('/')) {
                state = LineComment;
            } else if (c == QLatin1Char('/') && at(i + 1) == QLatin1Char('*')) {
                state = BlockComment;
                ++i;
            } else if (c == QLatin1Char('"') && i > 0 && source.at(i - 1) == QLatin1Char('R') && !including) {
                // A raw string: up to its own end.
                const qsizetype open = source.indexOf(QLatin1Char('('), i);
                const QString end = QLatin1Char(')') + source.mid(i + 1, open - i - 1) + QLatin1Char('"');
                const qsizetype close = source.indexOf(end, open);
                out += QStringLiteral("\"\"");
                out += QString(QStringView(source).mid(i, close - i).count(QLatin1Char('\n')),
                               QLatin1Char('\n'));
                i = close < 0 ? source.size() : close + end.size() - 1;
            } else if (c == QLatin1Char('"') && !including) {
                state = Text;
                out += c;
            } else if (c == QLatin1Char('\'') && !(i > 0 && source.at(i - 1).isDigit())) {
                state = Character;
            } else {
                out += c;
            }
            break;
        case BlockComment:
            if (c == QLatin1Char('*') && at(i + 1) == QLatin1Char('/')) {
                state = Code;
                ++i;
            }
            break;
        case Text:
        case Character:
            if (c == QLatin1Char('\\'))
                ++i;
            else if (c == (state == Text ? QLatin1Char('"') : QLatin1Char('\''))) {
                out += state == Text ? QStringLiteral("\"") : QString();
                state = Code;
            }
            break;
        case LineComment:
            break;
        }
    }
    return out;
}

/// "core/smtp" of core/smtp/session.cpp, "ui" of anything in ui.
QString folderOf(const QString &path)
{
    const QString top = path.section(QLatin1Char('/'), 0, 0);
    return top == QLatin1String("core") ? path.section(QLatin1Char('/'), 0, 1) : top;
}

QStringList brokenEdges(const QString &path, const QString &code)
{
    QStringList broken;
    const QString from = folderOf(path);
    static const QRegularExpression include(QStringLiteral("^\\s*#\\s*include\\s*[\"<]([^\">]+)[\">]"),
                                            QRegularExpression::MultilineOption);
    for (auto it = include.globalMatch(code); it.hasNext();) {
        const QString header = it.next().captured(1);
        if (header.startsWith(QLatin1String("tests/")) || header.startsWith(QLatin1String("bench/")))
            broken.append(
                QStringLiteral("%1 includes %2: the program does not know its tests").arg(path, header));
        const QString top = header.section(QLatin1Char('/'), 0, 0);
        if (header.contains(QLatin1String("..")))
            broken.append(QStringLiteral("%1 includes %2: paths start at the root").arg(path, header));
        if (top != QLatin1String("core") && top != QLatin1String("ui") && top != QLatin1String("app"))
            continue;
        const QString to = folderOf(header);
        if (to == from || (from == QLatin1String("ui") && uiHeaders.contains(header)))
            continue;
        const QStringList allowed = table().value(from);
        if (!allowed.contains(to) && !allowed.contains(QStringLiteral("*")))
            broken.append(QStringLiteral("%1 includes %2: %3 may not know %4").arg(path, header, from, to));
    }
    return broken;
}

QStringList judge(const QString &path, const QString &source)
{
    const QString code = stripped(source);
    QStringList broken = brokenEdges(path, code);
    if (!table().contains(folderOf(path)))
        broken.append(QStringLiteral("%1: the table does not know %2").arg(path, folderOf(path)));
    for (const Ban &ban : bans) {
        const auto matches = [&path](const char *pattern) {
            return *pattern && QRegularExpression(QLatin1String(pattern)).match(path).hasMatch();
        };
        if (!matches(ban.where) || matches(ban.excepted))
            continue;
        const QRegularExpression pattern(QLatin1String(ban.pattern), QRegularExpression::MultilineOption);
        if (const auto match = pattern.match(code); match.hasMatch()) {
            const qsizetype line = QStringView(code).left(match.capturedStart()).count(QLatin1Char('\n')) + 1;
            broken.append(QStringLiteral("%1:%2: %3 (%4)")
                              .arg(path)
                              .arg(line)
                              .arg(QLatin1String(ban.what), match.captured().trimmed()));
        }
    }
    if (const qsizetype lines = source.count(QLatin1Char('\n')); lines > longestFile)
        broken.append(QStringLiteral("%1: %2 lines, at most %3").arg(path).arg(lines).arg(longestFile));
    static const QRegularExpression once(QStringLiteral("^#pragma once$"),
                                         QRegularExpression::MultilineOption);
    if (path.endsWith(QLatin1String(".h")) && !once.match(code).hasMatch())
        broken.append(QStringLiteral("%1: no #pragma once").arg(path));
    if (path.section(QLatin1Char('/'), -1) != path.section(QLatin1Char('/'), -1).toLower())
        broken.append(QStringLiteral("%1: file names are in lower case").arg(path));
    return broken;
}

QStringList judgeTree(const QString &root, qsizetype *files = nullptr)
{
    QStringList broken;
    const QDir top(root);
    for (const char *folder : {"app", "core", "ui"}) {
        QDirIterator it(top.filePath(QLatin1String(folder)), {QStringLiteral("*.cpp"), QStringLiteral("*.h")},
                        QDir::Files, QDirIterator::Subdirectories);
        while (it.hasNext()) {
            const QString path = it.next();
            QFile file(path);
            if (!file.open(QIODevice::ReadOnly))
                broken.append(path + QStringLiteral(": ") + file.errorString());
            broken.append(judge(top.relativeFilePath(path), QString::fromUtf8(file.readAll())));
            if (files)
                ++*files;
        }
    }
    broken.sort();
    return broken;
}

} // namespace

class TestLayers : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void theTreeKeepsItsLayers();
    void theTableHasNoCircle();
    void theLibrariesLinkWhatTheTableAllows();
    void everyViolationIsCaught_data();
    void everyViolationIsCaught();
    void whatIsAllowedIsNotCaught_data();
    void whatIsAllowedIsNotCaught();
    void commentsAndStringsAreNoCode();
};

void TestLayers::theTreeKeepsItsLayers()
{
    qsizetype files = 0;
    const QStringList broken = judgeTree(QStringLiteral(POSTRIDER_SOURCE), &files);
    QVERIFY(files > 50);
    QVERIFY2(broken.isEmpty(), qPrintable(QLatin1Char('\n') + broken.join(QLatin1Char('\n'))));
}

void TestLayers::theTableHasNoCircle()
{
    // Taking away, again and again, what needs nothing that is left must take away everything.
    QMap<QString, QStringList> left = table();
    left.remove(QStringLiteral("app"));
    for (bool taken = true; taken && !left.isEmpty();) {
        taken = false;
        const QStringList folders = left.keys();
        for (const QString &folder : folders) {
            const QStringList needs = left.value(folder);
            if (std::none_of(needs.begin(), needs.end(),
                             [&left](const QString &each) { return left.contains(each); }))
                taken = left.remove(folder) > 0 || taken;
        }
    }
    QVERIFY(left.isEmpty());
}

// core/CMakeLists.txt says it a second time: no library may need what its folder may not include.
void TestLayers::theLibrariesLinkWhatTheTableAllows()
{
    QFile file(QStringLiteral(POSTRIDER_SOURCE "/core/CMakeLists.txt"));
    QVERIFY(file.open(QIODevice::ReadOnly));
    static const QRegularExpression line(
        QStringLiteral("^postrider_folder\\((\\w+)(?: NEEDS ([a-z ]+?))?(?: LINK [^)]*)?\\)$"),
        QRegularExpression::MultilineOption);
    int libraries = 0;
    for (auto it = line.globalMatch(QString::fromUtf8(file.readAll())); it.hasNext(); ++libraries) {
        const auto match = it.next();
        const QString folder = QStringLiteral("core/") + match.captured(1);
        QVERIFY2(table().contains(folder), qPrintable(folder));
        for (const QString &need : match.captured(2).split(QLatin1Char(' '), Qt::SkipEmptyParts))
            QVERIFY2(table().value(folder).contains(QStringLiteral("core/") + need),
                     qPrintable(folder + QLatin1Char(' ') + need));
    }
    QVERIFY(libraries >= 10);
}

void TestLayers::everyViolationIsCaught_data()
{
    QTest::addColumn<QString>("path");
    QTest::addColumn<QString>("source");
    const auto row = [](const char *name, const char *path, const char *source) {
        QTest::newRow(name) << QString::fromLatin1(path) << QString::fromLatin1(source);
    };
    row("net knows smtp", "core/net/a.cpp", "#include \"core/smtp/session.h\"\n");
    row("with other brackets", "core/net/a.cpp", "#include <core/smtp/session.h>\n");
    row("with blanks", "core/net/a.cpp", "  #  include  \"core/smtp/session.h\"\n");
    row("base knows anything", "core/base/a.cpp", "#include \"core/message/address.h\"\n");
    row("smtp knows store", "core/smtp/a.cpp", "#include \"core/store/database.h\"\n");
    row("smtp knows accounts", "core/smtp/a.cpp", "#include \"core/accounts/account.h\"\n");
    row("store knows outbox", "core/store/a.cpp", "#include \"core/outbox/queue.h\"\n");
    row("practice knows smtp", "core/practice/a.cpp", "#include \"core/smtp/command.h\"\n");
    row("core knows ui", "core/outbox/a.cpp", "#include \"ui/common/explain.h\"\n");
    row("core knows app", "core/outbox/a.cpp", "#include \"app/application.h\"\n");
    row("ui knows app", "ui/main/a.cpp", "#include \"app/application.h\"\n");
    row("ui knows the dispatcher", "ui/main/a.cpp", "#include \"core/outbox/dispatcher.h\"\n");
    row("ui knows the database", "ui/main/a.cpp", "#include \"core/store/database.h\"\n");
    row("ui knows the session", "ui/main/a.cpp", "#include \"core/smtp/session.h\"\n");
    row("a label that guesses", "ui/main/a.cpp", "auto *a = new QLabel(subject, this);\n");
    row("a label by value", "ui/main/a.cpp", "QLabel label(this);\n");
    row("a label of one's own kind", "ui/main/a.h", "#pragma once\nclass A : public QLabel {};\n");
    row("a box that guesses", "ui/main/a.cpp", "box.setInformativeText(words);\n");
    row("a box without plain texts", "app/a.cpp", "QMessageBox box(QMessageBox::Critical, {}, reply);\n");
    row("a box in passing", "app/a.cpp", "QMessageBox::warning(this, {}, reply);\n");
    row("a tooltip of foreign words", "ui/main/a.cpp", "item->setToolTip(0, reply);\n");
    row("a tooltip around foreign words", "ui/main/a.cpp", "a->setToolTip(tr(\"%1\").arg(reply));\n");
    row("a tooltip in a model", "ui/main/a.cpp", "case Qt::ToolTipRole:\n    return reply;\n");
    row("a tooltip in an item", "ui/main/a.cpp", "item->setData(reply, Qt::ToolTipRole);\n");
    row("markup asked for", "ui/main/a.cpp", "label->setTextFormat(Qt::AutoText);\n");
    row("a view of markup", "ui/main/a.cpp", "auto *view = new QTextBrowser(this);\n");
    row("ui knows sockets", "ui/main/a.cpp", "#include \"core/net/tlsconnection.h\"\n");
    row("a path that climbs", "ui/main/a.cpp", "#include \"../../core/outbox/dispatcher.h\"\n");
    row("the program knows its tests", "core/base/a.cpp", "#include \"tests/support/fakeclock.h\"\n");
    row("a folder outside the table", "core/wishes/a.cpp", "\n");
    row("tr in core", "core/smtp/a.cpp", "QString a = tr(\"b\");\n");
    row("tr of a class in core", "core/smtp/a.cpp", "QString a = QObject::tr(\"b\");\n");
    row("a translation marked in core", "core/smtp/a.cpp",
        "const char *a = QT_TRANSLATE_NOOP(\"a\", \"b\");\n");
    row("a widget in core", "core/smtp/a.cpp", "#include <QWidget>\n");
    row("a dialog in core", "core/smtp/a.cpp", "#include <QMessageBox>\n");
    row("QtWidgets in core", "core/smtp/a.cpp", "#include <QtWidgets/QLabel>\n");
    row("a singleton", "core/smtp/a.h",
        "#pragma once\nclass A { public: static A &instance(); };\nA &A::instance() { }\n");
    row("a singleton in ui", "ui/main/a.h", "#pragma once\nstatic A *instance() { return &a; }\n");
    row("a global static", "core/smtp/a.cpp", "Q_GLOBAL_STATIC(A, a)\n");
    row("qApp in core", "core/smtp/a.cpp", "qApp->quit();\n");
    row("spdlog elsewhere", "core/base/paths.cpp", "#include <spdlog/spdlog.h>\n");
    row("spdlog in ui", "ui/main/a.cpp", "spdlog::info(\"a\");\n");
    row("QCA elsewhere", "core/accounts/a.cpp", "#include <QtCrypto>\n");
    row("QCA by its name", "core/smtp/a.cpp", "QCA::Hash hash;\n");
    row("SQL elsewhere", "core/outbox/a.cpp", "#include <QSqlQuery>\n");
    row("SQL in ui", "ui/main/a.cpp", "QSqlDatabase::database();\n");
    row("a socket elsewhere", "core/smtp/a.cpp", "#include <QSslSocket>\n");
    row("a socket in ui", "ui/main/a.cpp", "QSslSocket socket;\n");
    row("no #pragma once", "core/smtp/a.h", "class A;\n");
    row("#pragma once in a comment", "core/smtp/a.h", "// #pragma once\n/*\n#pragma once\n*/\n");
    row("a file name with capitals", "core/smtp/Session.cpp", "\n");
    QTest::newRow("a long file") << QStringLiteral("core/smtp/a.cpp") << QString(501, QLatin1Char('\n'));
}

void TestLayers::everyViolationIsCaught()
{
    QFETCH(QString, path);
    QFETCH(QString, source);
    QTemporaryDir root;
    QVERIFY(QDir(root.path()).mkpath(path.section(QLatin1Char('/'), 0, -2)));
    QFile file(root.filePath(path));
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write(source.toUtf8());
    file.close();
    const QStringList broken = judgeTree(root.path());
    QCOMPARE(broken.size(), 1);
    QVERIFY2(broken.first().startsWith(path), qPrintable(broken.first()));
}

void TestLayers::whatIsAllowedIsNotCaught_data()
{
    QTest::addColumn<QString>("path");
    QTest::addColumn<QString>("source");
    const auto row = [](const char *name, const char *path, const char *source) {
        QTest::newRow(name) << QString::fromLatin1(path) << QString::fromLatin1(source);
    };
    row("its own folder", "core/smtp/a.cpp", "#include \"core/smtp/session.h\"\n");
    row("a folder below", "core/smtp/a.cpp", "#include \"core/net/connection.h\"\n#include <QObject>\n");
    row("the door", "ui/main/a.cpp",
        "#include \"core/outbox/mailroom.h\"\n#include \"core/store/messagequery.h\"\n");
    row("values of net", "ui/main/a.cpp",
        "#include \"core/net/endpoint.h\"\n#include \"core/net/tlsfacts.h\"\n");
    row("app knows everything", "app/a.cpp",
        "#include \"core/outbox/dispatcher.h\"\n#include \"ui/main/mainwindow.h\"\n");
    row("the log and spdlog", "core/base/log.cpp", "#include <spdlog/spdlog.h>\n");
    row("the store and SQL", "core/store/a.cpp", "#include <QSqlQuery>\n");
    row("tr in ui", "ui/main/a.cpp", "QString a = tr(\"b\");\n");
    row("a word that ends in tr", "core/smtp/a.cpp", "const char *a = strstr(b, c); attr(a); m_tr(b);\n");
    row("a plain tooltip", "ui/main/a.cpp", "item->setToolTip(NameColumn, plainToolTip(reply));\n");
    row("a tooltip of our own", "ui/main/a.cpp",
        "a->setToolTip(tr(\"Try the connection; \"\n \"or not\"));\n");
    row("a box with plain texts", "app/a.cpp", "QMessageBox box(this);\nsetPlainTexts(box, a, b);\n");
    row("a label's pointer", "ui/main/a.h", "#pragma once\nclass QLabel;\nstruct A { QLabel *label; };\n");
    row("the instance of another", "ui/main/a.cpp", "QCoreApplication::instance()->quit();\n");
    QTest::newRow("a file just long enough")
        << QStringLiteral("core/smtp/a.cpp") << QString(500, QLatin1Char('\n'));
}

void TestLayers::whatIsAllowedIsNotCaught()
{
    QFETCH(QString, path);
    QFETCH(QString, source);
    QCOMPARE(judge(path, source), QStringList());
}

void TestLayers::commentsAndStringsAreNoCode()
{
    const QString source = QStringLiteral("// tr(\"a\") QSslSocket\n"
                                          "/* QCA::Hash\n qApp */\n"
                                          "const char *a = \"tr( QSslSocket \\\" qApp\";\n"
                                          "const char *b = R\"x(spdlog::info \" tr( )x\";\n"
                                          "const int c = 1'000; const char d = '\"'; const char e = '\\'';\n"
                                          "f();\n");
    QCOMPARE(judge(QStringLiteral("core/smtp/a.cpp"), source), QStringList());
    QVERIFY(stripped(source).endsWith(QStringLiteral("f();\n")));
    QCOMPARE(stripped(source).count(QLatin1Char('\n')), source.count(QLatin1Char('\n')));
    QVERIFY(!judge(QStringLiteral("core/smtp/a.cpp"), source + QStringLiteral("QSslSocket s;\n")).isEmpty());
}

QTEST_GUILESS_MAIN(TestLayers)
#include "tst_layers.moc"
