// Hands events to a Kestra webhook over HTTP: one request, one connection, no redirects.
//
// A connection is never used twice. An HTTP library repeats a request by itself when a kept
// connection turns out to be closed, and then nobody knows that the first one may have been
// accepted. send(): one thread at a time; abort(): any thread, for good.
#pragma once

#include <mutex>
#include <string>

#include "core/clock.h"
#include "net/http_client.h"
#include "outbox/sender.h"
#include "webhook/request.h"

namespace dm::webhook {

class KestraSender final : public outbox::Sender {
 public:
  KestraSender(KestraSettings settings, const core::Clock& clock);
  ~KestraSender() override;

  outbox::SendResult send(const store::Delivery& delivery, bool redelivered) override;
  void abort() override;

 private:
  KestraSettings settings_;
  const core::Clock& clock_;
  std::string where_;  // scheme, host and port, for messages

  std::mutex mutex_;                   // guards the following
  net::HttpClient* client_ = nullptr;  // of the request in progress; lives on the stack of send()
  bool is_aborted_ = false;
};

}  // namespace dm::webhook
