#include "gnmi/reading.h"

#include <fmt/format.h>

#include <utility>

#include "gnmi/request.h"

namespace dm::gnmi {

void Reading::ask(const model::Path& request, bool by_once, Done done) {
  if (!transport_) connect();
  done_ = std::move(done);
  answer_.reset();
  raw_.clear();
  batch_.clear();
  const auto make_request = by_once ? once_request : get_request;
  transport_->start(by_once ? kSubscribeMethod : kGetMethod, make_request(request, settings_.target, profile_.encoding), true,
                    {.on_headers = {},
                     .on_message = [this, by_once](std::span<const std::uint8_t> bytes) { by_once ? on_part(bytes) : on_answer(bytes); },
                     .on_end = [this](const CallEnd& end) { on_end(end); }});
  timer_.after(settings_.sync_deadline, [this] {
    transport_->cancel();
    on_end({.code = GrpcCode::DeadlineExceeded,
            .message = fmt::format("no answer within {}", core::to_text(settings_.sync_deadline)),
            .hint = {}});
  });
}

void Reading::hang_up() {
  timer_.cancel();
  done_ = {};
  transport_.reset();
  reader_.reset();
}

void Reading::connect() {
  reader_ = std::make_unique<WireReader>(profile_, paths_, settings_.transport.limits, settings_.memo, settings_.path_share);
  TransportSettings wanted = settings_.transport;
  wanted.keepalive = core::Duration::zero();
  if (wanted.clock == nullptr) wanted.clock = &clock_;
  transport_ = std::make_unique<Transport>(loop_, std::move(wanted), settings_.make_stream);
}

void Reading::keep(std::span<const std::uint8_t> message) {
  if (keeps_raw_) raw_.emplace_back(reinterpret_cast<const char*>(message.data()), message.size());
}

void Reading::on_answer(std::span<const std::uint8_t> message) {
  keep(message);
  answer_ = answer_ ? core::Status(core::Error{core::Code::Corrupt, "more than one answer"}) : reader_->read_answer(message, batch_);
}

// The sync completes the answer; whether the device then ends the call is its own matter.
void Reading::on_part(std::span<const std::uint8_t> message) {
  keep(message);
  const core::Status status = reader_->read_part(message, batch_);
  if (status && !batch_.sync) return;
  answer_ = status;
  batch_.sync = false;
  transport_->cancel();
  on_end({.code = GrpcCode::Ok, .message = {}, .hint = {}});
}

// The answer counts only if the call ended well.
void Reading::on_end(CallEnd end) {
  timer_.cancel();
  if (end.code == GrpcCode::Ok && (!answer_ || !*answer_)) {
    end = {.code = GrpcCode::Internal, .message = answer_ ? answer_->error().message : "the answer is empty", .hint = {}};
  }
  if (end.code != GrpcCode::Ok) batch_.clear();
  const Done done = std::exchange(done_, {});  // it may ask again, or hang up
  done(end, std::exchange(batch_, {}));
}

}  // namespace dm::gnmi
