#include "intent/netbox/render_run.h"

#include <fmt/format.h>

#include <numeric>
#include <utility>

#include "intent/netbox/answers.h"

namespace dm::intent::netbox {
namespace {

using core::Code;
using core::Error;
using core::Result;

std::string path_of(std::uint64_t device) { return fmt::format("/api/dcim/devices/{}/render-config/", device); }

// 400 with an `error`: there is no template. 500 with a `detail`: the template fails; but without its database NetBox
// answers 500 to everything.
Result<Rendered> rendered_of(const std::string& path, const net::HttpResponse& response) {
  const Asked asked{path, "dcim.render_config_device, and its token must be one that may write"};
  if (response.status == 200 && is_json(response)) {
    auto rendered = read_rendered(response.body);
    if (!rendered) return Error{rendered.error().code, path + ": " + rendered.error().message};
    return rendered;
  }
  const std::string detail = is_json(response) ? read_error_detail(response.body) : std::string();
  if (response.status == 400 && detail.find("No config template") != std::string::npos) return Rendered{};
  if (response.status == 400 && !detail.empty()) return Rendered{0, {}, detail};
  if (response.status == 500 && !detail.empty() && !is_database_down(response)) return Rendered{0, {}, detail};
  return explain(asked, response);
}

bool is_refusal(const Error& error) {
  return error.code == Code::Unauthenticated || error.code == Code::PermissionDenied || error.code == Code::NotFound ||
         error.code == Code::InvalidArgument;
}

}  // namespace

RenderRun::RenderRun(std::vector<std::uint64_t> devices, std::uint64_t template_id, int most_tries)
    : devices_(std::move(devices)),
      template_id_(template_id),
      tries_(devices_.size()),
      rendered_(devices_.size()),
      waiting_(devices_.size()),
      failed_(most_tries) {
  std::iota(waiting_.begin(), waiting_.end(), std::size_t{0});
}

std::optional<RenderRun::Next> RenderRun::next() {
  if (error_ || waiting_.empty() || !failed_.is_empty()) return std::nullopt;
  const std::size_t at = waiting_.front();
  waiting_.pop_front();
  ++tries_[at];
  return Next{path_of(devices_[at]),
              template_id_ == 0 ? "{}" : fmt::format("{{\"config_template_id\": {}}}", template_id_), at};
}

void RenderRun::take(std::size_t at, Result<net::HttpResponse> response) {
  auto rendered = response ? rendered_of(path_of(devices_[at]), *response) : response.error();
  if (rendered) {
    rendered_[at] = std::move(*rendered);
  } else if (!error_ && !failed_.add(at, tries_[at], rendered.error())) {
    take_failure(at, rendered.error());
  }
}

void RenderRun::take_failure(std::size_t at, Error error) {
  const bool is_refused = is_refusal(error), is_unanswered = is_passing(error);
  if (!is_refused && !is_unanswered && error.code != Code::ResourceExhausted) return fail(std::move(error));
  rendered_[at].mistake = error.message;
  if (is_refused && refused_++ == 0) refusal_ = error;
  if (is_unanswered && ++unanswered_ > kMostUnanswered) fail(std::move(error));
}

void RenderRun::repeat() {
  for (const std::size_t at : failed_.take()) waiting_.push_back(at);
}

void RenderRun::fail(Error error) {
  if (!error_) error_ = std::move(error);
  (void)failed_.take();
}

Result<std::vector<Rendered>> RenderRun::finish() && {
  if (error_) return *error_;
  if (refusal_ && refused_ == devices_.size()) return *refusal_;
  return std::move(rendered_);
}

}  // namespace dm::intent::netbox
