// How one event body reaches one receiver. Implementations: webhook::KestraSender; tests' fakes.
#pragma once

#include <string>

#include "core/clock.h"
#include "store/ledger.h"

namespace dm::outbox {

enum class Answer {
  Accepted,       // 2xx
  AcceptedNoRun,  // 204: accepted, no execution
  Retry,          // 408, 425, 429, 5xx: try again
  NoConnection,   // refused, DNS, TLS: nothing reached the peer
  Ambiguous,      // sent, answer lost: may have been accepted
  Configuration,  // 401, 403, 404, 409, 413, 422, other 3xx/4xx: a person must act
  Aborted,        // we are stopping
};
std::string_view to_text(Answer answer);

struct SendResult {
  Answer answer = Answer::Retry;
  int status = 0;
  std::string detail;            // short, for people, no secrets
  core::Duration retry_after{};  // Retry-After, 0 = none
  bool is_cut = false;           // the answer was longer than limits.answer_bytes
};

class Sender {
 public:
  virtual ~Sender() = default;
  // Blocking, on the courier thread. `redelivered`: an earlier attempt may have been accepted.
  virtual SendResult send(const store::Delivery& delivery, bool redelivered) = 0;
  virtual void abort() {}  // any thread
};

}  // namespace dm::outbox
