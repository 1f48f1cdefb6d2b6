#include "gnmi/form_search.h"

#include <algorithm>

#include "core/check.h"
#include "gnmi/end_meaning.h"

namespace dm::gnmi {

void FormSearch::begin(const std::map<std::size_t, std::size_t>& silent) {
  in_force_ = silent;
  found_.clear();
  empty_.clear();
  open_.clear();
  for (const auto& [path, form] : silent) open_.push_back({path, form});
  for (std::size_t form = 0; form < forms_; ++form) {
    for (const auto& [path, in_force] : silent) {
      if (form != in_force) open_.push_back({path, form});
    }
  }
  std::reverse(open_.begin(), open_.end());
  is_cut_ = false;
  ++passes_;
}

std::optional<FormSearch::Question> FormSearch::next() const {
  return open_.empty() ? std::nullopt : std::optional(open_.back());
}

void FormSearch::close(std::size_t path) {
  std::erase_if(open_, [&](const Question& question) { return question.path == path; });
}

void FormSearch::answered(bool has_leaves) {
  CHECK(!open_.empty(), "an answer without a question");
  const Question question = open_.back();
  open_.pop_back();
  if (has_leaves) {
    passes_ = 0;
    if (question.form != in_force_.at(question.path)) found_[question.path] = question.form;
    close(question.path);
  } else {
    empty_.push_back(question);
  }
  if (open_.empty()) spread();
}

void FormSearch::spread() {
  if (found_.empty()) return;
  const std::size_t form = found_.begin()->second;
  for (const Question& question : empty_) {
    const bool is_last_word = question.form == form && question.form != in_force_.at(question.path);
    if (is_last_word) found_.try_emplace(question.path, form);
  }
}

void FormSearch::failed(const CallEnd& end) {
  CHECK(!open_.empty(), "an answer without a question");
  is_cut_ = !is_path_refused(end);
  is_cut_ ? open_.clear() : open_.pop_back();
  if (open_.empty()) spread();
}

core::Duration FormSearch::wait() const {
  core::Duration wait = kFirstWait;
  for (int i = 1; i < passes_ && wait < kLongestWait; ++i) wait *= 2;
  return std::min(wait, kLongestWait);
}

}  // namespace dm::gnmi
