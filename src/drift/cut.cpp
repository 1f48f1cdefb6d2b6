#include "drift/cut.h"

#include <fmt/format.h>

#include "core/text.h"

namespace dm::drift {
namespace {

constexpr std::string_view kSeparator = ", ";

// Escaping can make six bytes of one, so the text is shortened until its JSON fits.
CutJson cut_text(const std::string& text, std::size_t budget) {
  std::size_t keep = budget;
  std::string json = quoted(core::shorten(text, keep));
  while (json.size() > budget + 2 && keep > 8) {
    keep /= 2;
    json = quoted(core::shorten(text, keep));
  }
  return {json, true};
}

CutJson cut_list(const model::ValueList& list, std::size_t budget) {
  CutJson out{"[", true};
  std::size_t listed = 0;
  for (const model::Value& member : list) {
    const std::string json = to_cut_json(member, budget / 4).json;
    if (out.json.size() + json.size() + kSeparator.size() > budget) break;
    out.json.append(json).append(kSeparator);
    ++listed;
  }
  out.json +=
      listed == list.size() ? "\"…\"]" : fmt::format("\"… {} more\"]", list.size() - listed);
  return out;
}

CutJson cut_object(const model::ValueObject& object, std::size_t budget) {
  CutJson out{"{", true};
  std::size_t listed = 0;
  for (const auto& [name, member] : object) {
    const std::string json = quoted(name) + ": " + to_cut_json(member, budget / 4).json;
    if (out.json.size() + json.size() + kSeparator.size() > budget) break;
    out.json.append(json).append(kSeparator);
    ++listed;
  }
  out.json += fmt::format("\"…\": \"{} more\"}}", object.size() - listed);
  return out;
}

}  // namespace

CutJson to_cut_json(const model::Value& value, std::size_t budget) {
  std::string whole = model::to_json(value);
  if (whole.size() <= budget) return {std::move(whole), false};
  if (const std::string* text = value.text()) return cut_text(*text, budget);
  if (const model::ValueList* list = value.list()) return cut_list(*list, budget);
  if (const model::ValueObject* object = value.object()) return cut_object(*object, budget);
  return {std::move(whole), false};  // a number, a bool or null: never long
}

std::string quoted(std::string_view text) { return model::to_json(model::Value(text)); }

}  // namespace dm::drift
