#include "fleet/samples.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace dm::fleet {

void Samples::set_paths(const std::vector<model::Path>& patterns) {
  std::vector<Sample> next;
  for (const model::Path& pattern : patterns) {
    const auto known = std::find_if(samples_.begin(), samples_.end(), [&](const Sample& sample) { return sample.pattern == pattern; });
    next.push_back(known == samples_.end() ? Sample{.pattern = pattern, .first_heard = {}} : std::move(*known));
  }
  samples_ = std::move(next);
}

void Samples::begin_stream() {
  due_.reset();
  for (Sample& sample : samples_) {
    sample = {.pattern = std::move(sample.pattern), .first_heard = {}, .is_intended = sample.is_intended};
  }
}

void Samples::go_live(const IsHeard& is_heard, core::SteadyTime now) {
  for (Sample& sample : samples_) sample.is_complete = is_heard(sample.pattern);
  due_ = now + interval_;
}

std::vector<Unrepeated> Samples::end_interval(const IsHeard& is_heard, std::uint32_t generation, core::SteadyTime now) {
  std::vector<Unrepeated> gone;
  for (Sample& sample : samples_) {
    const bool heard = is_heard(sample.pattern);
    if (sample.is_complete && heard && sample.was_heard) gone.push_back({sample.pattern, generation - 1});
    if (!sample.is_complete && heard && sample.first_heard) {
      sample.is_complete = true;
      gone.push_back({sample.pattern, *sample.first_heard});
    }
    if (!sample.is_complete && heard) sample.first_heard = generation;
    sample.was_heard = heard;
    sample.silent = heard ? 0 : sample.silent + 1;
  }
  due_ = now + interval_;
  return gone;
}

std::vector<model::Path> Samples::patterns() const {
  std::vector<model::Path> all;
  for (const Sample& sample : samples_) all.push_back(sample.pattern);
  return all;
}

bool Samples::is_waiting(const model::Path& pattern) const {
  return std::any_of(samples_.begin(), samples_.end(),
                     [&](const Sample& sample) { return !sample.is_complete && sample.pattern == pattern; });
}

bool Samples::is_pending() const {
  return std::any_of(samples_.begin(), samples_.end(),
                     [](const Sample& sample) { return !sample.is_complete && sample.silent < kSilentIntervals; });
}

std::string Samples::trouble(const Sample& sample) const {
  if (sample.silent >= kSilentIntervals) {
    return fmt::format("{} for {}", sample.is_complete ? "sampled, and not repeated" : "sampled, and no value came",
                       core::to_text(interval_ * sample.silent));
  }
  return sample.is_complete ? "" : "the first round of samples is not over";
}

std::string Samples::reason() const {
  for (const Sample& sample : samples_) {
    if (!sample.is_intended) continue;
    if (const std::string why = trouble(sample); !why.empty()) return fmt::format("{}: {}", model::to_text(sample.pattern), why);
  }
  return {};
}

std::string Samples::trouble(const model::Path& pattern) const {
  const auto found = std::find_if(samples_.begin(), samples_.end(), [&](const Sample& sample) { return sample.pattern == pattern; });
  return found == samples_.end() ? "" : trouble(*found);
}

}  // namespace dm::fleet
