// An answer is taken up from the event loop, and by nobody who is gone.

#include "ui/common/background.h"

#include <QTest>

class TestBackground : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void anAnswerThatIsThereAlreadyComesLater();
    void workGivesItsAnswer();
    void nobodyIsCalledWhoIsGone();
};

void TestBackground::anAnswerThatIsThereAlreadyComesLater()
{
    QPromise<int> promise;
    promise.start();
    promise.addResult(42);
    promise.finish();
    int heard = 0;
    Ui::whenAnswered(promise.future(), this, [&heard](int answer) { heard = answer; });
    QCOMPARE(heard, 0);
    QTRY_COMPARE(heard, 42);
}

void TestBackground::workGivesItsAnswer()
{
    QThread *worker = nullptr;
    bool answered = false;
    Ui::whenAnswered(Ui::inBackground([] { return QThread::currentThread(); }), this, [&](QThread *thread) {
        worker = thread;
        answered = QThread::currentThread() == this->thread();
    });
    QTRY_VERIFY(worker);
    QVERIFY(answered);
    QVERIFY(worker != thread());
}

void TestBackground::nobodyIsCalledWhoIsGone()
{
    QPromise<int> promise;
    promise.start();
    promise.addResult(42);
    promise.finish();
    bool heard = false;
    {
        QObject context;
        Ui::whenAnswered(promise.future(), &context, [&heard](int) { heard = true; });
    }
    QCoreApplication::processEvents();
    QVERIFY(!heard);
}

QTEST_MAIN(TestBackground)
#include "tst_background.moc"
