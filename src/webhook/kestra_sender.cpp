#include "webhook/kestra_sender.h"

#include "webhook/answer.h"

namespace dm::webhook {

KestraSender::KestraSender(KestraSettings settings, const core::Clock& clock)
    : settings_(std::move(settings)),
      clock_(clock),
      where_(net::origin_of(webhook_url(settings_))) {}

KestraSender::~KestraSender() = default;

outbox::SendResult KestraSender::send(const store::Delivery& delivery, bool redelivered) {
  const net::HttpRequest request =
      make_request(settings_, delivery, redelivered, clock_.wall_now());
  net::HttpClient client;
  {
    const std::lock_guard guard(mutex_);
    client_ = &client;
    if (is_aborted_) client.abort();
  }
  const core::SteadyTime start = clock_.steady_now();
  const core::Result<net::HttpResponse> answer = client.send(request);
  {
    const std::lock_guard guard(mutex_);
    client_ = nullptr;
  }
  outbox::SendResult result = classify(answer, where_, clock_.steady_now() - start, clock_.wall_now());
  result.is_cut = answer && answer->is_cut;
  return result;
}

void KestraSender::abort() {
  const std::lock_guard guard(mutex_);
  is_aborted_ = true;
  if (client_ != nullptr) client_->abort();
}

}  // namespace dm::webhook
