#pragma once

// What a server's refusing reply means: by its enhanced status code (RFC 3463) where that says something,
// else by the stage and the reply code.

#include "ui/common/explain.h"

namespace Ui {

Explanation explainReply(Delivery::Stage stage, Delivery::Scope scope, const Delivery::ServerReply &reply);

} // namespace Ui
