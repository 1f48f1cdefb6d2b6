// The words of one value, one key or one path, scrubbed by the rules of their place. One thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "gnmi/scrub.h"
#include "gnmi/scrub_rules.h"
#include "gnmi/scrub_words.h"
#include "model/path.h"

namespace dm::gnmi {

class ScrubValue {
 public:
  explicit ScrubValue(ScrubOptions options) : options_(options) {}

  std::string word(std::string_view text, ScrubRule rule);  // of a value or a key
  std::string name(std::string_view text) { return word(text, ScrubRule::Name); }
  std::string free_text(std::string_view text) { return words_.text(text); }
  // Name of a path element, of a JSON member, or an origin.
  std::string element(std::string_view text);
  // Keys and names; `schema` grows by the path's elements.
  void path(model::Path& path, std::string& schema);
  // JSON below a schema path. nullopt: no JSON.
  std::optional<std::string> json(std::string_view text, const std::string& schema);

  std::size_t replaced() const { return words_.count(); }

 private:
  std::string kept(std::string_view text);

  const ScrubOptions options_;
  ScrubWords words_;
};

}  // namespace dm::gnmi
