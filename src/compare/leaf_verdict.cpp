#include "compare/leaf_verdict.h"

#include <algorithm>

#include "core/check.h"
#include "schema/equality.h"

namespace dm::compare {
namespace {

using model::DifferenceKind;
using model::Rule;
using model::Value;

bool agrees(const schema::LeafType& type, const Absence& absence, const Value& intended, const Value& current) {
  if (is_absent_like(type, absence, intended) && is_absent_like(type, absence, current)) return true;
  if (intended.is_absent() || current.is_absent()) return false;
  return schema::equal(type, intended, current);
}

bool is_as_intended(const schema::LeafType& type, const Absence& absence,
                    const model::Expectation& expectation, const Value& current) {
  switch (expectation.rule) {
    case Rule::Absent: return is_absent_like(type, absence, current);
    case Rule::Equal: return agrees(type, absence, expectation.desired(), current);
    case Rule::OneOf:
      return std::any_of(expectation.values.begin(), expectation.values.end(),
                         [&](const Value& value) { return agrees(type, absence, value, current); });
    case Rule::Set: {
      schema::LeafType as_set = type;
      as_set.is_list = true;
      as_set.is_ordered = false;
      return agrees(as_set, absence, expectation.desired(), current);
    }
  }
  CHECK(false, "unknown rule");
}

}  // namespace

bool is_absent_like(const schema::LeafType& type, const Absence& absence, const Value& value) {
  if (value.is_absent()) return true;
  if (const std::string* text = value.text(); text && text->empty() && absence.empty_is_absent) return true;
  if (const model::ValueList* list = value.list(); list && list->empty()) return true;
  return absence.default_value != nullptr && schema::equal(type, *absence.default_value, value);
}

std::optional<DifferenceKind> judge_value(const schema::LeafType& type, const Absence& absence,
                                          const model::Expectation& expectation, const Value& current) {
  if (is_as_intended(type, absence, expectation, current)) return std::nullopt;
  if (expectation.rule == Rule::Absent) return DifferenceKind::Unexpected;
  const std::string* text = current.text();
  const bool is_there = !current.is_absent() && !(text && text->empty() && absence.empty_is_absent);
  return is_there ? DifferenceKind::Different : DifferenceKind::Missing;
}

}  // namespace dm::compare
