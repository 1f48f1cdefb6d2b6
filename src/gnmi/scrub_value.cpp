#include "gnmi/scrub_value.h"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace dm::gnmi {
namespace {

constexpr int kDeepestJson = 200;

// Copies JSON token by token: what is not replaced stays byte for byte, repeated members and long numbers included.
class JsonScrubber {
 public:
  JsonScrubber(ScrubValue& words, std::string_view text) : words_(words), text_(text) {}

  std::optional<std::string> all(const std::string& schema) {
    if (!value(schema, false, 0)) return std::nullopt;
    space();
    return at_ == text_.size() ? std::optional(std::move(out_)) : std::nullopt;
  }

 private:
  void space() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\t' || text_[at_] == '\n' || text_[at_] == '\r')) out_ += text_[at_++];
  }
  bool take(char c) {
    if (at_ >= text_.size() || text_[at_] != c) return false;
    out_ += text_[at_++];
    return true;
  }

  bool value(const std::string& schema, bool is_secret, int depth) {
    space();
    if (at_ >= text_.size() || depth > kDeepestJson) return false;
    if (text_[at_] == '{') return object(schema, is_secret, depth);
    if (text_[at_] == '[') return array(schema, is_secret, depth);
    const ScrubRule rule = is_secret ? ScrubRule::Secret : scrub_rule(schema);
    if (text_[at_] == '"') return string([&](const std::string& text) { return words_.word(text, rule); });
    return literal(rule == ScrubRule::Secret);
  }

  bool object(const std::string& schema, bool is_secret, int depth) {
    take('{');
    space();
    if (take('}')) return true;
    do {
      space();
      std::string name;
      const auto renamed = [&](const std::string& text) {
        name = text;
        return words_.element(text);
      };
      if (at_ >= text_.size() || text_[at_] != '"' || !string(renamed)) return false;
      space();
      const std::string below = schema + "/" + std::string(model::strip_module(name));
      if (!take(':') || !value(below, is_secret || scrub_rule(below) == ScrubRule::Secret, depth + 1)) return false;
      space();
    } while (take(','));
    return take('}');
  }

  bool array(const std::string& schema, bool is_secret, int depth) {
    take('[');
    space();
    if (take(']')) return true;
    do {
      if (!value(schema, is_secret, depth + 1)) return false;
      space();
    } while (take(','));
    return take(']');
  }

  template <class Replace>
  bool string(const Replace& replace) {
    std::size_t end = at_ + 1;
    while (end < text_.size() && text_[end] != '"') end += text_[end] == '\\' ? 2 : 1;
    if (end >= text_.size()) return false;
    const std::string_view token = text_.substr(at_, end + 1 - at_);
    const auto decoded = nlohmann::json::parse(token, nullptr, false);
    if (!decoded.is_string()) return false;
    const auto& text = decoded.get_ref<const std::string&>();
    const std::string other = replace(text);
    out_ += other == text ? std::string(token) : nlohmann::json(other).dump();
    at_ = end + 1;
    return true;
  }

  bool literal(bool is_secret) {
    const std::size_t end = std::min(text_.find_first_of(",]} \t\r\n", at_), text_.size());
    const std::string_view token = text_.substr(at_, end - at_);
    const auto decoded = nlohmann::json::parse(token, nullptr, false);
    if (decoded.is_discarded() || decoded.is_structured()) return false;
    out_ += is_secret && decoded.is_number() ? std::string_view("0") : token;
    at_ = end;
    return true;
  }

  ScrubValue& words_;
  std::string_view text_;
  std::size_t at_ = 0;
  std::string out_;
};

}  // namespace

std::string ScrubValue::kept(std::string_view text) { return options_.addresses ? words_.with_other_addresses(text) : std::string(text); }

std::string ScrubValue::word(std::string_view text, ScrubRule rule) {
  if (text.empty() || (text == "*" && rule != ScrubRule::Secret)) return std::string(text);
  switch (rule) {
    case ScrubRule::Secret:
    case ScrubRule::Text: return words_.text(text);
    case ScrubRule::Name: return !options_.names || is_plain(text) || is_common_name(text) ? kept(text) : words_.text(text);
    case ScrubRule::Word: return is_plain(text) || is_enumerator(text) ? kept(text) : words_.text(text);
    case ScrubRule::Plain: return is_plain(text) ? kept(text) : words_.text(text);
  }
  return words_.text(text);
}

std::string ScrubValue::element(std::string_view text) { return is_schema_name(text) ? std::string(text) : words_.text(text); }

void ScrubValue::path(model::Path& path, std::string& schema) {
  if (!path.origin.empty()) path.origin = element(path.origin);
  for (model::PathElement& each : path.elements) {
    schema.append("/").append(model::strip_module(each.name));
    each.name = element(each.name);
    for (model::PathKey& key : each.keys) {
      key.value = word(key.value, scrub_rule_of_key(schema, std::string(model::strip_module(key.name))));
      key.name = element(key.name);
    }
  }
}

std::optional<std::string> ScrubValue::json(std::string_view text, const std::string& schema) {
  return JsonScrubber(*this, text).all(schema);
}

}  // namespace dm::gnmi
