#include "fleet/path_status.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>

#include "gnmi/end_meaning.h"

namespace dm::fleet {
namespace {

class Writer {
 public:
  explicit Writer(std::shared_ptr<const std::vector<PathStatus>> configured) : shared_(std::move(configured)) {}

  // Null: the path is not shown.
  PathStatus* find(const model::Path& pattern) {
    const std::string text = model::to_text(pattern);
    const auto& paths = own_ ? *own_ : *shared_;
    const auto found = std::find_if(paths.begin(), paths.end(), [&](const PathStatus& path) { return path.path == text; });
    if (found == paths.end()) return nullptr;
    const auto index = static_cast<std::size_t>(found - paths.begin());
    if (!own_) own_ = std::make_shared<std::vector<PathStatus>>(*shared_);
    return &(*own_)[index];
  }
  void add(const model::Path& pattern, const std::string& reason) {
    if (PathStatus* path = find(pattern)) path->reason += (path->reason.empty() ? "" : "; ") + reason;
  }
  std::shared_ptr<const std::vector<PathStatus>> finish() && { return own_ ? std::move(own_) : std::move(shared_); }

 private:
  std::shared_ptr<const std::vector<PathStatus>> shared_;
  std::shared_ptr<std::vector<PathStatus>> own_;
};

std::string refusal(const gnmi::FallenPath& path) {
  return gnmi::describe({.code = path.code, .message = path.message, .hint = {}});
}

std::string reading(const Read& read) {
  if (read.is_pending()) return "not read yet";
  return fmt::format("cannot be read{}: {}", read.is_read ? " any more" : "", read.trouble);
}

}  // namespace

model::Path pattern_of(const gnmi::Subscription& subscription, std::size_t source) {
  model::Path pattern = gnmi::request_of(subscription, source);
  pattern.origin.clear();
  return pattern;
}

std::shared_ptr<const std::vector<PathStatus>> to_status(std::shared_ptr<const std::vector<PathStatus>> configured,
                                                         const PathsInForce& in_force) {
  Writer writer(std::move(configured));
  for (const gnmi::FallenPath& fallen : in_force.fallen) {
    PathStatus* path = writer.find(pattern_of(in_force.subscription, fallen.source));
    if (path == nullptr) continue;
    path->reason = fmt::format("the device does not take it as {}: {}",
                               fallen.mode == schema::PathMode::Get && path->mode == "on_change" ? "on_change or sample" : path->mode,
                               refusal(fallen));
    path->mode = schema::to_text(fallen.mode);
  }
  for (const auto& [source, missing] : in_force.by_once) {
    PathStatus* path = writer.find(pattern_of(in_force.subscription, source));
    if (path == nullptr) continue;
    path->mode = "once";
    path->reason += fmt::format("{}read by Subscribe ONCE, for the device has no Get: {}", path->reason.empty() ? "" : "; ", missing.message);
  }
  for (const Read& read : in_force.reads.all()) {
    if (!read.is_read || !read.trouble.empty()) writer.add(read.pattern, reading(read));
  }
  for (const auto& pattern : in_force.samples.patterns()) {
    if (const std::string why = in_force.samples.trouble(pattern); !why.empty()) writer.add(pattern, why);
  }
  for (const auto& [source, form] : in_force.forms) {
    if (form == 0) continue;
    writer.add(pattern_of(in_force.subscription, source),
               fmt::format("asked with {}: the device says nothing otherwise", schema::to_text(schema::form_at(in_force.profile, form))));
  }
  for (std::size_t source = 0; in_force.probe != nullptr && source < in_force.subscription.paths.size(); ++source) {
    if (!in_force.probe->is_without_answer(source)) continue;
    writer.add(pattern_of(in_force.subscription, source),
               fmt::format("no leaf came in any of the {} forms of a request that the profile knows", schema::form_count(in_force.profile)));
  }
  return std::move(writer).finish();
}

}  // namespace dm::fleet
