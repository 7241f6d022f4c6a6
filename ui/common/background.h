#pragma once

// Work that may wait for a disk, away from the window's thread (law 10). The work gets values only; the
// answer is taken up with QFuture::then() and a context object.

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

} // namespace Ui
