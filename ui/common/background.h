#pragma once

// Work that may wait for a disk, away from the window's thread (law 10). The work gets values only; the
// answer is taken up by whenAnswered().

#include <QFuture>
#include <QPromise>
#include <QThreadPool>

#include <memory>

namespace Ui {

template <class Work>
auto inBackground(Work work) -> QFuture<decltype(work())>
{
    using Answer = decltype(work());
    auto promise = std::make_shared<QPromise<Answer>>();
    promise->start();
    QThreadPool::globalInstance()->start([promise, work = std::move(work)] {
        promise->addResult(work());
        promise->finish();
    });
    return promise->future();
}

/// Calls `then` with the answer from the event loop, as long as the context lives; never from inside this
/// call, as QFuture::then() does when the answer is there already. A window that closes itself then would be
/// in the midst of something else.
template <class Answer, class Then>
void whenAnswered(QFuture<Answer> answer, QObject *context, Then then)
{
    answer.then(context, [context, then = std::move(then)](const Answer &value) {
        QMetaObject::invokeMethod(
            context, [then, value] { then(value); }, Qt::QueuedConnection);
    });
}

} // namespace Ui
