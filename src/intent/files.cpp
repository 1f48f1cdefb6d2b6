#include "intent/files.h"

#include <fmt/format.h>
#include <glob.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <map>
#include <memory>
#include <set>

#include "core/text.h"
#include "intent/file_paths.h"
#include "intent/leaf_member.h"
#include "schema/equality.h"
#include "schema/yaml_node.h"

namespace dm::intent {
namespace {

using core::Code;
using core::Error;
using schema::YamlMember;
using schema::YamlMistake;
using schema::YamlNode;
using schema::YamlPlace;
using Kind = YamlNode::Kind;

constexpr const char* kSchema = "drift-monitor/intent/v1";
constexpr std::size_t kMostErrors = 200;

// Where something was said first.
struct Place {
  std::size_t file = 0;
  int line = 0;
};

// One device's intent while the files are read, by path text.
struct Draft {
  std::map<std::string, std::pair<model::Expectation, Place>> leaves;
  std::map<std::string, model::EntryExpectation> entries;
  std::map<std::string, model::Path> unmanaged;
  std::map<std::string, std::pair<model::ListPolicy, Place>> lists;
};

struct Lists {
  std::map<std::string, std::pair<model::ListPolicy, YamlPlace>> by_path;
};

YamlPlace first_bad_line(std::string_view text) {
  YamlPlace place;
  std::size_t start = 0;
  for (std::size_t end = text.find('\n'); end != std::string_view::npos;
       end = text.find('\n', start)) {
    if (!core::is_valid_utf8(text.substr(start, end - start))) break;
    start = end + 1;
    ++place.line;
  }
  return place;
}

bool says_the_same(const schema::LeafType& type, const model::Expectation& a, const model::Expectation& b) {
  return a.rule == b.rule &&
         std::equal(a.values.begin(), a.values.end(), b.values.begin(), b.values.end(),
                    [&type](const auto& one, const auto& other) { return schema::equal(type, one, other); });
}

class Reader {
 public:
  Reader(const std::vector<FileText>& files, const core::Limits& limits)
      : files_(&files), limits_(&limits) {}

  FilesLoad read() {
    FilesLoad load;
    for (file_ = 0; file_ < files_->size(); ++file_) read_file((*files_)[file_].text);
    load.errors = std::move(errors_);
    if (load.errors.size() > kMostErrors) {
      const std::size_t more = load.errors.size() - kMostErrors;
      load.errors.resize(kMostErrors);
      load.errors.push_back(fmt::format("… and {} more mistakes", more));
    }
    if (load.errors.empty()) load.loaded.devices = finish();
    return load;
  }

 private:
  void wrong(YamlPlace place, std::string message) {
    mistakes_.push_back({place, std::move(message)});
  }
  std::string named(Place at) const {
    return fmt::format("{}:{}", (*files_)[at.file].name, at.line);
  }
  model::Provenance from(YamlPlace place) const { return {"file", named({file_, place.line}), {}, {}}; }

  void read_file(const std::string& text) {
    mistakes_.clear();
    if (text.size() > limits_->intent_file_bytes) {
      wrong({}, fmt::format("the file is larger than {} bytes (limits.intent_file_bytes)", limits_->intent_file_bytes));
    } else if (!core::is_valid_utf8(text)) {
      wrong(first_bad_line(text), "not valid UTF-8");
    } else {
      schema::YamlParse parse = schema::parse_yaml(text);
      mistakes_ = std::move(parse.mistakes);
      if (mistakes_.empty()) read_root(parse.root);
    }
    std::stable_sort(mistakes_.begin(), mistakes_.end(),
                     [](const YamlMistake& a, const YamlMistake& b) { return a.place < b.place; });
    for (const YamlMistake& mistake : mistakes_) {
      errors_.push_back(fmt::format("{}:{}:{}: {}", (*files_)[file_].name, mistake.place.line,
                                    mistake.place.column, mistake.message));
    }
  }

  // Calls read(member) for every member of a map, once per key unless a key may be repeated.
  template <class Read>
  void read_map(const YamlNode& node, const std::string& what, Read read, bool may_repeat = false) {
    if (node.kind != Kind::Map) {
      wrong(node.place, fmt::format("expected {}", what));
      return;
    }
    std::set<std::string> seen;
    for (const YamlMember& member : node.members) {
      if (seen.insert(member.key).second || may_repeat) {
        read(member);
      } else {
        wrong(member.place, fmt::format("'{}' is written twice", member.key));
      }
    }
  }

  void read_root(const YamlNode& root) {
    if (root.kind == Kind::Null) {
      wrong(root.place, "the file is empty; it needs `devices`");
      return;
    }
    const YamlNode* lists = nullptr;
    const YamlNode* devices = nullptr;
    read_map(root, "a map with `devices`", [&](const YamlMember& member) {
      if (member.key == "schema") {
        if (member.value.text != kSchema)
          wrong(member.value.place,
                fmt::format("schema '{}' is not known; this is {}", member.value.text, kSchema));
      } else if (member.key == "lists") {
        lists = &member.value;
      } else if (member.key == "devices") {
        devices = &member.value;
      } else {
        wrong(member.place,
              fmt::format("unknown key '{}'; known are schema, lists, devices", member.key));
      }
    });
    Lists policies;
    if (lists != nullptr) policies = read_lists(*lists);
    if (devices == nullptr) {
      if (root.kind == Kind::Map) wrong(root.place, "`devices` is missing");
      return;
    }
    read_map(*devices, "a map of device names", [&](const YamlMember& member) {
      if (member.key.empty()) wrong(member.place, "a device needs a name");
      Draft& draft = drafts_[member.key];
      read_device(member.value, draft);
      add_lists(policies, draft);
    });
  }

  Lists read_lists(const YamlNode& node) {
    Lists lists;
    read_map(node, "a map of list paths", [&](const YamlMember& member) {
      const auto path = read_list_path(member.key);
      if (!path) wrong(member.place, path.error().message);
      const bool is_authoritative = member.value.text == "authoritative";
      if (!is_authoritative && member.value.text != "at-least") {
        wrong(member.value.place,
              fmt::format("'{}' is no list policy; known are authoritative and at-least",
                          member.value.text));
      } else if (path) {
        lists.by_path[*path] = {
            is_authoritative ? model::ListPolicy::Authoritative : model::ListPolicy::AtLeast,
            member.place};
      }
    });
    return lists;
  }

  void add_lists(const Lists& lists, Draft& draft) {
    for (const auto& [path, said] : lists.by_path) {
      const auto [slot, is_new] =
          draft.lists.try_emplace(path, said.first, Place{file_, said.second.line});
      if (!is_new && slot->second.first != said.first) {
        wrong(said.second, fmt::format("{} has another policy at {} for the same device", path,
                                       named(slot->second.second)));
      }
    }
  }

  void read_device(const YamlNode& node, Draft& draft) {
    read_map(node, "a map with leaves, entries, unmanaged", [&](const YamlMember& member) {
      if (member.key == "leaves") {
        read_map(member.value, "a map of paths and values",
                 [&](const YamlMember& leaf) { read_leaf(leaf, draft); }, true);
      } else if (member.key == "entries") {
        read_paths(member.value, [&](const YamlNode& item) { read_entry(item, draft); });
      } else if (member.key == "unmanaged") {
        read_paths(member.value, [&](const YamlNode& item) { read_unmanaged(item, draft); });
      } else {
        wrong(member.place,
              fmt::format("unknown key '{}'; known are leaves, entries, unmanaged", member.key));
      }
    });
  }

  void read_leaf(const YamlMember& member, Draft& draft) {
    auto read = read_leaf_member(member, mistakes_);
    if (!read) return;
    const schema::LeafType& type = schema::leaf_type(schema::find_leaf(model::schema_text(read->path)));
    std::string text = model::to_text(read->path);
    model::Expectation leaf{std::move(read->path), read->value.rule, std::move(read->value.values), from(member.place)};
    const auto found = draft.leaves.find(text);
    if (found == draft.leaves.end()) {
      draft.leaves.emplace(std::move(text),
                           std::pair(std::move(leaf), Place{file_, member.place.line}));
    } else if (!says_the_same(type, found->second.first, leaf)) {
      wrong(member.place,
            fmt::format("{} has another value at {}", text, named(found->second.second)));
    }
  }

  template <class Read>
  void read_paths(const YamlNode& node, Read read) {
    if (node.kind != Kind::List) {
      wrong(node.place, "expected a list of paths");
      return;
    }
    for (const YamlNode& item : node.items) {
      if (item.kind == Kind::Scalar) {
        read(item);
      } else {
        wrong(item.place, "expected a path");
      }
    }
  }

  void read_entry(const YamlNode& item, Draft& draft) {
    auto path = read_entry_path(item.text);
    if (!path) return wrong(item.place, path.error().message);
    std::string text = model::to_text(*path);
    draft.entries.try_emplace(std::move(text),
                              model::EntryExpectation{std::move(*path), from(item.place)});
  }

  void read_unmanaged(const YamlNode& item, Draft& draft) {
    auto path = read_pattern(item.text);
    if (!path) return wrong(item.place, path.error().message);
    std::string text = model::to_text(*path);
    draft.unmanaged.try_emplace(std::move(text), std::move(*path));
  }

  // Copied, not moved: what is kept then lies together, and the memory around it can be given back.
  std::vector<std::shared_ptr<const model::DeviceIntent>> finish() const {
    std::vector<std::shared_ptr<const model::DeviceIntent>> devices;
    for (const auto& [name, draft] : drafts_) {
      model::DeviceIntent intent;
      intent.device = name;
      intent.leaves.reserve(draft.leaves.size());
      intent.entries.reserve(draft.entries.size());
      for (const auto& [text, leaf] : draft.leaves) intent.leaves.push_back(leaf.first);
      for (const auto& [text, entry] : draft.entries) intent.entries.push_back(entry);
      for (const auto& [text, path] : draft.unmanaged) intent.unmanaged.push_back(path);
      for (const auto& [list, policy] : draft.lists) intent.lists[list] = policy.first;
      devices.push_back(std::make_shared<const model::DeviceIntent>(std::move(intent)));
    }
    return devices;
  }

  const std::vector<FileText>* files_;
  const core::Limits* limits_;
  std::size_t file_ = 0;
  std::map<std::string, Draft> drafts_;
  std::vector<YamlMistake> mistakes_;  // of the file being read
  std::vector<std::string> errors_;
};

// Stops one byte beyond the limit, so that a file that is too large is seen as such.
core::Result<std::string> read_text(const std::string& path, std::size_t limit) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return Error{Code::Io, "cannot be read"};
  std::string text;
  std::array<char, 64U << 10U> block{};
  while (text.size() <= limit && file) {
    file.read(block.data(),
              static_cast<std::streamsize>(std::min(block.size(), limit + 1 - text.size())));
    text.append(block.data(), static_cast<std::size_t>(file.gcount()));
  }
  if (file.bad()) return Error{Code::Io, "cannot be read to its end"};
  return text;
}

std::vector<std::string> find_files(const std::string& pattern) {
  glob_t found{};
  std::vector<std::string> paths;
  if (::glob(pattern.c_str(), 0, nullptr, &found) == 0)
    paths.assign(found.gl_pathv, found.gl_pathv + found.gl_pathc);
  ::globfree(&found);
  return paths;
}

}  // namespace

FilesLoad parse_files(const std::vector<FileText>& files, const core::Limits& limits) {
  return Reader(files, limits).read();
}

FilesLoad load_files(const std::string& folder, const std::vector<std::string>& patterns,
                     const core::Limits& limits) {
  std::vector<FileText> files;
  std::set<std::string> seen;
  std::vector<std::string> errors, warnings;
  const std::string base = folder.empty() || folder.ends_with('/') ? folder : folder + "/";
  for (const std::string& pattern : patterns) {
    const bool is_absolute = pattern.starts_with('/');
    const auto paths = find_files(is_absolute ? pattern : base + pattern);
    const bool is_pattern = pattern.find_first_of("*?[") != std::string::npos;
    if (paths.empty() && is_pattern)
      warnings.push_back(fmt::format("intent.files: '{}' matches no file", pattern));
    if (paths.empty() && !is_pattern)
      errors.push_back(fmt::format("{}:1:1: no such file", pattern));
    for (const std::string& path : paths) {
      if (!seen.insert(path).second) continue;
      const std::string name = is_absolute ? path : path.substr(base.size());
      auto text = read_text(path, limits.intent_file_bytes);
      if (text) {
        files.push_back({name, std::move(*text)});
      } else {
        errors.push_back(fmt::format("{}:1:1: {}", name, text.error().message));
      }
    }
  }
  FilesLoad load = parse_files(files, limits);
  load.errors.insert(load.errors.begin(), errors.begin(), errors.end());
  if (!load.errors.empty()) load.loaded = {};
  load.loaded.warnings = std::move(warnings);
  return load;
}

core::Result<Loaded> FilesSource::load(const LoadRequest&) {
  FilesLoad load = load_files(folder_, patterns_, limits_);
  if (load.errors.empty()) return std::move(load.loaded);
  std::string message;
  for (const std::string& error : load.errors) message += (message.empty() ? "" : "\n") + error;
  return Error{Code::InvalidArgument, std::move(message)};
}

}  // namespace dm::intent
