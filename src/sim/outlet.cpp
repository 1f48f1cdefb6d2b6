#include "sim/outlet.h"

#include <utility>

namespace dm::sim {

void Outlet::push(Response response) {
  const std::lock_guard lock(mutex_);
  if (is_finishing_) return;
  waiting_.push_back(std::move(response));
  if (waiting_.size() > kLimit) {
    waiting_.erase(waiting_.begin() + 1, waiting_.end());  // the first one may be on the wire
    is_finishing_ = true;
    status_ = {grpc::StatusCode::RESOURCE_EXHAUSTED, "the client reads too slowly"};
  }
  step();
}

void Outlet::finish(grpc::Status status) {
  const std::lock_guard lock(mutex_);
  if (is_finishing_) return;
  is_finishing_ = true;
  status_ = std::move(status);
  step();
}

void Outlet::abort(grpc::Status status) {
  const std::lock_guard lock(mutex_);
  if (waiting_.size() > 1) waiting_.erase(waiting_.begin() + 1, waiting_.end());
  if (!is_writing_) waiting_.clear();
  if (!is_finishing_) status_ = std::move(status);
  is_finishing_ = true;
  step();
}

void Outlet::on_written(bool worked) {
  const std::lock_guard lock(mutex_);
  is_writing_ = false;
  if (!waiting_.empty()) waiting_.pop_front();
  if (!worked) {
    waiting_.clear();
    is_finishing_ = true;
  }
  step();
}

void Outlet::detach() {
  const std::lock_guard lock(mutex_);
  rpc_ = {};
  waiting_.clear();
  is_finishing_ = is_finished_ = true;
}

bool Outlet::is_open() const {
  const std::lock_guard lock(mutex_);
  return !is_finishing_;
}

// gRPC: one write at a time, and no finish while one is under way.
void Outlet::step() {
  if (is_writing_ || is_finished_) return;
  if (!waiting_.empty()) {
    is_writing_ = true;
    rpc_.write(*waiting_.front(), waiting_.size() > 1);
    return;
  }
  if (!is_finishing_) return;
  is_finished_ = true;
  rpc_.finish(status_);
}

}  // namespace dm::sim
