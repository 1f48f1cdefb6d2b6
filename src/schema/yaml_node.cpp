#include "schema/yaml_node.h"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/yaml.h>

#include <charconv>
#include <optional>
#include <sstream>

#include "core/check.h"

namespace dm::schema {
namespace {

constexpr int kDeepest = 64;
constexpr int kMostNodes = 1'000'000;

YamlPlace place_of(const YAML::Mark& mark) { return {mark.line + 1, mark.column + 1}; }

// Copies yaml-cpp's graph into our tree.
class Copier {
 public:
  explicit Copier(std::vector<YamlMistake>& mistakes) : mistakes_(mistakes) {}

  YamlNode copy(const YAML::Node& from, int depth) {
    YamlNode node;
    node.place = place_of(from.Mark());
    if (depth > kDeepest || ++count_ > kMostNodes) {
      if (!is_too_large_) mistakes_.push_back({node.place, "too deep or too large"});
      is_too_large_ = true;
      return node;
    }
    if (from.IsScalar()) {
      node.kind = YamlNode::Kind::Scalar;
      node.text = from.Scalar();
      node.is_quoted = from.Tag() == "!";
    } else if (from.IsSequence()) {
      node.kind = YamlNode::Kind::List;
      for (const YAML::Node& item : from) {
        if (is_too_large_) break;
        node.items.push_back(copy(item, depth + 1));
      }
    } else if (from.IsMap()) {
      node.kind = YamlNode::Kind::Map;
      copy_members(from, depth, node);
    }
    return node;
  }

 private:
  void copy_members(const YAML::Node& from, int depth, YamlNode& node) {
    for (const auto& member : from) {
      if (is_too_large_) break;
      const YamlPlace place = place_of(member.first.Mark());
      if (!member.first.IsScalar()) {
        mistakes_.push_back({place, "a key must be a plain name"});
        continue;
      }
      node.members.push_back({member.first.Scalar(), place, copy(member.second, depth + 1)});
    }
  }

  std::vector<YamlMistake>& mistakes_;
  int count_ = 0;
  bool is_too_large_ = false;
};

// Sees where documents begin, and nothing else.
class DocumentStarts final : public YAML::EventHandler {
 public:
  std::vector<YAML::Mark> marks;
  void OnDocumentStart(const YAML::Mark& mark) override { marks.push_back(mark); }
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark&, YAML::anchor_t) override {}
  void OnAlias(const YAML::Mark&, YAML::anchor_t) override {}
  void OnScalar(const YAML::Mark&, const std::string&, YAML::anchor_t, const std::string&) override {}
  void OnSequenceStart(const YAML::Mark&, const std::string&, YAML::anchor_t, YAML::EmitterStyle::value) override {}
  void OnSequenceEnd() override {}
  void OnMapStart(const YAML::Mark&, const std::string&, YAML::anchor_t, YAML::EmitterStyle::value) override {}
  void OnMapEnd() override {}
};

// Where the first two documents begin. YAML::LoadAll is not asked: where it cannot go on (a comma at the
// beginning), it adds empty documents for ever.
std::vector<YamlPlace> documents_of(const std::string& text) {
  std::istringstream stream(text);
  YAML::Parser parser(stream);
  DocumentStarts starts;
  while (starts.marks.size() < 2 && parser.HandleNextDocument(starts)) {
  }
  std::vector<YamlPlace> places;
  for (const YAML::Mark& mark : starts.marks) places.push_back(place_of(mark));
  return places;
}

template <class T>
std::optional<T> parse_whole(std::string_view text) {
  T number{};
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (text.empty() || failure != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

// The YAML 1.2 core schema, without octal and hexadecimal: `010` is ten, `yes` is text.
model::Value plain_value(const std::string& text) {
  if (text.empty() || text == "~" || text == "null" || text == "Null" || text == "NULL") return {};
  if (text == "true" || text == "True" || text == "TRUE") return true;
  if (text == "false" || text == "False" || text == "FALSE") return false;
  if (const auto number = parse_whole<std::uint64_t>(text)) return *number;
  if (const auto number = parse_whole<std::int64_t>(text)) return *number;
  if (text.find_first_not_of("0123456789.eE+-") == std::string::npos) {
    if (const auto number = parse_whole<double>(text)) return *number;
  }
  return text;
}

}  // namespace

std::string_view to_text(YamlNode::Kind kind) {
  switch (kind) {
    case YamlNode::Kind::Null: return "nothing";
    case YamlNode::Kind::Scalar: return "a value";
    case YamlNode::Kind::List: return "a list";
    case YamlNode::Kind::Map: return "a map";
  }
  CHECK(false, "unknown YAML kind");
}

YamlParse parse_yaml(std::string_view text) {
  YamlParse parse;
  try {
    const std::string whole(text);
    const std::vector<YamlPlace> documents = documents_of(whole);
    if (documents.size() > 1) {
      const bool is_stuck = documents[0] == documents[1];
      parse.mistakes.push_back({documents[1], is_stuck ? "not YAML: nothing can begin like this" : "a second document: one file holds one document"});
    }
    if (!documents.empty()) parse.root = Copier(parse.mistakes).copy(YAML::Load(whole), 0);
  } catch (const YAML::Exception& failure) {
    const YamlPlace place = failure.mark.is_null() ? YamlPlace{} : place_of(failure.mark);
    parse.mistakes.push_back({place, "not YAML: " + failure.msg});
  }
  return parse;
}

core::Result<model::Value> to_value(const YamlNode& node) {
  switch (node.kind) {
    case YamlNode::Kind::Null: return model::Value();
    case YamlNode::Kind::Scalar: return node.is_quoted ? model::Value(node.text) : plain_value(node.text);
    case YamlNode::Kind::List: {
      model::ValueList list;
      for (const YamlNode& item : node.items) {
        auto member = to_value(item);
        if (!member) return member.error();
        list.push_back(std::move(*member));
      }
      return model::Value(std::move(list));
    }
    case YamlNode::Kind::Map: break;
  }
  return core::Error{core::Code::InvalidArgument, "a map is not a value"};
}

}  // namespace dm::schema
