#include "gnmi/recording_survey.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>

#include "gnmi/recording.h"
#include "gnmi/recording_note.h"
#include "gnmi/wire.h"
#include "model/value.h"
#include "schema/equality.h"
#include "schema/leaf_table.h"

namespace dm::gnmi {
namespace {

using model::Path;
using model::PathId;

std::span<const std::uint8_t> as_bytes(const std::string& text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

Path pattern_of(const schema::Profile& profile, const Path& path) {
  Path pattern = schema::to_request(profile, path).path;
  pattern.origin.clear();
  return pattern;
}

std::set<std::string> names_of(const Path& path) {
  std::set<std::string> names;
  for (const model::PathElement& element : path.elements) names.insert(element.name);
  return names;
}

// Reads one spelling of a recording: its leaves and their last values.
class Reading {
 public:
  Reading(const schema::Profile& profile, const core::Limits& limits) : paths_(schema::classify), reader_(profile, paths_, limits) {}

  void begin_stream() { reader_.begin_stream(); }
  enum class Kind { Message, Answer, Part };
  core::Status read(std::span<const std::uint8_t> message, Kind kind) {
    if (kind == Kind::Part) batch_.clear();
    const core::Status status = kind == Kind::Answer ? reader_.read_answer(message, batch_)
                                : kind == Kind::Part ? reader_.read_part(message, batch_)
                                                     : reader_.read(message, batch_);
    if (!status) return status;
    for (const model::LeafSet& set : batch_.sets) {
      if (set.length > 0) values_.insert_or_assign(set.path, std::string(batch_.value(set)));
    }
    return status;
  }
  const model::UpdateBatch& batch() const { return batch_; }
  const model::PathTable& paths() const { return paths_; }
  const std::map<PathId, std::string>& values() const { return values_; }

 private:
  model::PathTable paths_;
  WireReader reader_;
  model::UpdateBatch batch_;
  std::map<PathId, std::string> values_;
};

class Surveyor {
 public:
  Surveyor(const schema::Profile& profile, const core::Limits& limits)
      : profile_(profile), plain_(without_aliases(profile)), limits_(limits), as_read_(profile, limits), as_said_(plain_, limits) {
    for (const schema::ProfilePath& path : profile.paths) {
      patterns_.push_back(pattern_of(profile, path.path));
      PathSurvey seen;
      seen.path = model::to_text(path.path);
      seen.mode = path.mode;
      seen.area = path.area;
      survey_.paths.push_back(std::move(seen));
    }
  }

  core::Status take(const std::string& file) {
    auto recording = RecordingReader::open(file, limits_);
    if (!recording) return recording.error();
    bool is_message_next = false;
    for (std::uint64_t records = 0;; ++records) {
      const auto record = recording->next();
      if (!record && records == 0) return record.error();
      if (!record) survey_.troubles.push_back(record.error().message);
      if (!record || !*record) return {};
      const auto note = std::exchange(is_message_next, false) ? std::nullopt : read_note(**record);
      if (note) {
        is_message_next = std::holds_alternative<MessageFollows>(note->what);
        std::visit([this](const auto& what) { take(what); }, note->what);
      } else {
        ++survey_.messages;
        if (read(**record, Reading::Kind::Message) && as_read_.batch().sync) ++survey_.syncs;
      }
    }
  }

  Survey finish() {
    for (const auto& [leaf, value] : as_read_.values()) count_leaf(leaf, value);
    for (const auto& [leaf, value] : as_said_.values()) count_spelling(leaf);
    for (std::size_t i = 0; i < patterns_.size(); ++i) {
      if (survey_.paths[i].is_silent()) survey_.paths[i].nearest = nearest_to(patterns_[i]);
      if (!survey_.paths[i].is_silent()) survey_.paths[i].failure.clear();
    }
    return std::move(survey_);
  }

 private:
  static schema::Profile without_aliases(schema::Profile profile) {
    profile.aliases.clear();
    return profile;
  }

  template <class Other>
  void take(const Other&) {}
  void take(const StreamBegins&) {
    as_read_.begin_stream();
    as_said_.begin_stream();
  }
  void take(const StreamLost& lost) { survey_.troubles.push_back("a stream was lost: " + lost.reason); }
  void take(const GetAnswer& answer) {
    ++survey_.answers;
    read(as_bytes(answer.response), Reading::Kind::Answer);
  }
  void take(const OncePart& part) {
    if (read(as_bytes(part.response), Reading::Kind::Part) && as_read_.batch().sync) ++survey_.answers;
  }
  void take(const GetFailure& failure) {
    for (PathSurvey& path : survey_.paths) {
      if (path.path == failure.path) path.failure = failure.reason;
    }
  }
  void take(const PathsRefused& refused) {
    for (PathSurvey& path : survey_.paths) {
      path.is_refused = std::find(refused.paths.begin(), refused.paths.end(), path.path) != refused.paths.end();
    }
  }

  bool read(std::span<const std::uint8_t> message, Reading::Kind kind) {
    if (!as_read_.read(message, kind)) {
      ++survey_.bad_messages;
      return false;
    }
    survey_.undecodable += model::undecodable(as_read_.batch().unread_counts);
    (void)as_said_.read(message, kind);  // the same bytes, and they were well formed
    return true;
  }

  void count_leaf(PathId leaf, const std::string& value) {
    const model::PathTable& paths = as_read_.paths();
    const Path path = paths.path(leaf);
    const std::string& schema_text = paths.schema_text(leaf);
    if (!path.origin.empty()) {
      ++survey_.other_origins[path.origin];
      return;
    }
    const model::PathFacts& facts = paths.facts(leaf);
    const bool is_unknown = facts.is_config && facts.leaf_type == 0;
    if (is_unknown) ++survey_.unknown_leaves[schema_text];
    count_lists(path);
    bool is_asked_for = false;
    for (std::size_t i = 0; i < patterns_.size(); ++i) {
      if (!model::covers(patterns_[i], path)) continue;
      is_asked_for = is_asked_for || survey_.paths[i].mode != schema::PathMode::Off;
      PathSurvey& seen = survey_.paths[i];
      ++seen.leaves;
      seen.config_leaves += facts.is_config ? 1 : 0;
      seen.unknown += is_unknown ? 1 : 0;
      seen.at_default += is_default(facts, schema_text, value) ? 1 : 0;
    }
    if (!is_asked_for) ++survey_.not_asked_for[schema_text];
  }

  bool is_default(const model::PathFacts& facts, const std::string& schema_text, const std::string& value) const {
    const model::Value* usual = profile_.default_of(schema_text);
    if (usual == nullptr || model::is_opaque(value)) return false;
    return schema::equal(schema::leaf_type(facts.leaf_type), *usual, model::decode(value));
  }

  void count_lists(const Path& path) {
    std::string list;
    for (const model::PathElement& element : path.elements) {
      list.append("/").append(element.name);
      if (element.keys.empty()) continue;
      const auto known = schema::list_keys(list);
      std::string keys;
      bool is_known = !known.empty() && known.size() == element.keys.size();
      for (const model::PathKey& key : element.keys) {
        keys += fmt::format("[{}]", key.name);
        is_known = is_known && std::find(known.begin(), known.end(), key.name) != known.end();
      }
      if (!is_known) ++survey_.unknown_lists[list + keys];
    }
  }

  void count_spelling(PathId leaf) {
    const Path said = as_said_.paths().path(leaf);
    if (!said.origin.empty()) return;
    const Path read = schema::canonicalise(profile_, said);
    if (read != said) ++survey_.renamed[fmt::format("{} -> {}", model::schema_text(said), model::schema_text(read))];
  }

  // Of what was not asked for, that with most names in common; at least half of the pattern's.
  std::string nearest_to(const Path& pattern) const {
    const std::set<std::string> wanted = names_of(pattern);
    std::size_t most = (wanted.size() - 1) / 2;
    std::string nearest;
    for (const auto& [schema_text, count] : survey_.not_asked_for) {
      const auto path = model::parse_path(schema_text);
      if (!path) continue;
      const std::set<std::string> names = names_of(*path);
      if (wanted.contains("config") && !names.contains("config")) continue;
      const auto common = static_cast<std::size_t>(
          std::count_if(wanted.begin(), wanted.end(), [&](const std::string& name) { return names.contains(name); }));
      if (common <= most) continue;
      most = common;
      nearest = schema_text;
    }
    return nearest;
  }

  const schema::Profile& profile_;
  const schema::Profile plain_;
  const core::Limits& limits_;
  Reading as_read_, as_said_;
  std::vector<Path> patterns_;  // of survey_.paths
  Survey survey_;
};

}  // namespace

core::Result<Survey> survey(const schema::Profile& profile, const std::vector<std::string>& files, const core::Limits& limits) {
  Surveyor surveyor(profile, limits);
  for (const std::string& file : files) {
    if (const core::Status taken = surveyor.take(file); !taken) return taken.error();
  }
  return surveyor.finish();
}

}  // namespace dm::gnmi
