// One map of a YAML file while it is read: which keys were asked for, and what is wrong with the rest.
//
// Mistakes are collected, not thrown, so that all of a file can be reported at once. Any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "schema/yaml_node.h"

namespace dm::schema {

// The mistakes of one file.
class YamlMistakes {
 public:
  explicit YamlMistakes(std::string file) : file_(std::move(file)) {}

  void add(YamlPlace place, std::string message) { mistakes_.push_back({place, std::move(message)}); }
  void add(std::vector<YamlMistake> mistakes);
  bool empty() const { return mistakes_.empty(); }
  const std::string& file() const { return file_; }

  // "file:line:column: message", in file order.
  std::vector<std::string> to_lines() const;

 private:
  std::string file_;
  std::vector<YamlMistake> mistakes_;
};

class YamlMap {
 public:
  // `what` names the map in messages ("gnmi.tls"; empty: the file itself). A node that is neither a map
  // nor nothing is a mistake and reads as empty. Duplicate keys are mistakes; the first counts.
  YamlMap(const YamlNode& node, std::string what, YamlMistakes& mistakes);

  // The value of a key, or nullptr if the map lacks it; a key with nothing behind it is lacking too.
  const YamlNode* find(std::string_view key);
  // Also sees a key with nothing behind it.
  const YamlNode* find_even_empty(std::string_view key);

  // Call after the last find: every other key is a mistake, with the nearest known name.
  void refuse_others();

  YamlPlace place() const { return place_; }
  bool is_broken() const { return is_broken_; }  // was no map: said already, so nothing more is worth saying
  const std::string& what() const { return what_; }

 private:
  const YamlNode* node_;  // borrowed
  YamlPlace place_;
  bool is_broken_ = false;
  std::string what_;
  YamlMistakes& mistakes_;
  std::vector<std::string> known_;
};

// The candidate that is the fewest typing mistakes away (at most a third of its letters), or empty.
std::string_view nearest(std::string_view word, const std::vector<std::string>& candidates);

}  // namespace dm::schema
