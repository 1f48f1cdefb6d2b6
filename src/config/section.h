// One map of the configuration file while it is turned into settings: typed values, each with its
// default, its stand-in from the environment, its mistakes and its line for `config show`.
//
// Messages name the dotted key ("gnmi.port: ..."). Nothing throws; a wrong value reads as its default,
// and its mistake is in the Context.
#pragma once

#include <cstdint>
#include <filesystem>
#include <limits>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "config/load.h"
#include "schema/yaml_map.h"

namespace dm::config {

// What one load gathers.
struct Context {
  Context(std::string file, const Environment& variables)
      : folder(std::filesystem::path(file).parent_path()), mistakes(std::move(file)), environment(variables) {}

  std::filesystem::path folder;                  // relative file names start here
  schema::YamlMistakes mistakes;                 // of the file
  std::vector<std::string> environment_mistakes; // of values that came from the environment
  std::vector<std::string> warnings;
  std::vector<Load::Shown> shown;
  std::set<schema::YamlPlace> unexpanded;        // values whose references failed: reported already
  const Environment& environment;
  std::map<std::string, std::string> files;      // secrets, certificates, tokens: stamps as they were read

  std::string resolve(const std::string& file_name) const;
  // A secret's file, by its resolved name. Errors as secret_file.h says.
  core::Result<std::string> read_secret(const std::string& file);
  void watch(const std::string& file);
};

// Environment variables that stand in for a key.
struct Variables {
  const char* fallback = nullptr;   // when the file leaves the key out or empty
  const char* overrides = nullptr;  // wins over the file
};

// What of a section `config show` lists.
enum class Shows {
  All,
  Written,  // a device's own settings: not what it shares with the others
  Nothing,  // a rule, which is shown as one line
};

template <class T>
using Word = std::pair<std::string_view, T>;

class Section {
 public:
  // `node` may be null: the file has no such map.
  Section(const schema::YamlNode* node, std::string name, Context& context, Shows shows = Shows::All);

  bool is_present() const { return is_present_; }
  bool is_broken() const { return map_.is_broken(); }  // something else than a map, said already
  const std::string& name() const { return name_; }
  std::string key_name(std::string_view key) const;

  std::string text(std::string_view key, std::string otherwise, Variables variables = {});
  Secret secret(std::string_view key, Secret otherwise, const char* fallback = nullptr);
  std::uint64_t number(std::string_view key, std::uint64_t otherwise, std::uint64_t least, std::uint64_t most);
  double percent(std::string_view key, double otherwise);
  bool boolean(std::string_view key, bool otherwise);
  core::Duration duration(std::string_view key, core::Duration otherwise, core::Duration least);
  // A readable file, resolved against the configuration's folder; empty is none.
  std::string file(std::string_view key, std::string otherwise);
  std::vector<std::string> texts(std::string_view key, std::vector<std::string> otherwise);
  std::map<std::string, std::string> text_map(std::string_view key);
  std::optional<model::Path> path(std::string_view key);  // must be there
  std::string needed_text(std::string_view key);          // must be there and not empty

  template <class T>
  T word(std::string_view key, T otherwise, std::span<const Word<std::type_identity_t<T>>> words);

  Section map(std::string_view key);
  bool has(std::string_view key) { return map_.find_even_empty(key) != nullptr; }
  // The items of a list; a mistake if it is none.
  std::span<const schema::YamlNode> items(std::string_view key);
  std::span<const schema::YamlMember> members(std::string_view key);

  // A mistake in the value of a key, wherever that came from.
  void refuse(std::string_view key, std::string message);
  // A secret that travels as a header must stay one line.
  void refuse_if_no_header(std::string_view key, const std::string& value);
  void refuse_at(schema::YamlPlace place, std::string message) { context_.mistakes.add(place, std::move(message)); }
  void refuse_others() { map_.refuse_others(); }
  void show(std::string_view key, std::string value);  // with the origin of the key
  void show_at(schema::YamlPlace place, std::string_view key, std::string value);

  Context& context() { return context_; }

 private:
  struct Written {
    std::string value;
    std::string origin;              // as shown
    const char* variable = nullptr;  // when it came from the environment
    std::optional<schema::YamlPlace> place;  // when it came from the file
  };
  std::optional<Written> scalar(std::string_view key, Variables variables = {});
  std::optional<Written> secret_from_environment(std::string_view key, const char* variable);
  std::string origin_of(schema::YamlPlace place) const;
  template <class T, class Parse>
  T parsed(std::string_view key, T otherwise, Parse parse);

  const schema::YamlNode* node_;
  std::string name_;
  Context& context_;
  bool is_present_;
  Shows shows_;
  schema::YamlMap map_;
  std::map<std::string, Written, std::less<>> written_;  // by key
};

std::string list_words(std::span<const std::string_view> words);

template <class T>
T Section::word(std::string_view key, T otherwise, std::span<const Word<std::type_identity_t<T>>> words) {
  std::vector<std::string_view> names;
  std::string_view otherwise_name;
  for (const auto& [name, meaning] : words) {
    names.push_back(name);
    if (meaning == otherwise) otherwise_name = name;
  }
  const std::string written = text(key, std::string(otherwise_name));
  for (const auto& [name, meaning] : words) {
    if (name == written) return meaning;
  }
  refuse(key, "'" + written + "' is none of " + list_words(names));
  return otherwise;
}

}  // namespace dm::config
