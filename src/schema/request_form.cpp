// How requests write a path.
#include <algorithm>

#include "core/check.h"
#include "schema/alias.h"
#include "schema/leaf_table.h"
#include "schema/profile.h"
#include "schema/spelling.h"

namespace dm::schema {
namespace {

using model::Path;
using model::PathElement;
using model::PathKey;

// `interface` -> `interface[name=*]`: some targets do not take a list without its keys.
void add_missing_keys(Path& path) {
  std::string schema;
  for (PathElement& element : path.elements) {
    schema.append("/").append(element.name);
    for (const std::string_view name : list_keys(schema)) {
      const bool has_it = std::any_of(element.keys.begin(), element.keys.end(),
                                      [&](const PathKey& key) { return key.name == name; });
      if (!has_it) element.keys.push_back({std::string(name), "*"});
    }
    std::sort(element.keys.begin(), element.keys.end());
  }
}

void drop_wildcard_keys(Path& path) {
  for (PathElement& element : path.elements) {
    std::erase_if(element.keys, [](const PathKey& key) { return key.value == "*"; });
  }
}

void add_modules(const Profile& profile, Path& path) {
  for (PathElement& element : path.elements) {
    const auto module = profile.modules.find(element.name);
    if (module != profile.modules.end()) element.name = module->second + ":" + element.name;
  }
}

}  // namespace

std::string to_text(const RequestForm& form) {
  return (form.origin.empty() ? "no origin" : "origin " + form.origin) +
         (form.explicit_wildcards ? ", keys written out" : ", keys left out") +
         (form.module_names ? ", module names" : "");
}

RequestPath to_request(const Profile& profile, const Path& path) {
  if (!is_openconfig(path.origin)) return {path, std::nullopt};
  RequestPath request;
  request.path = path;
  request.path.origin.clear();
  strip_modules(request.path);
  if (auto other = apply_first(profile.request_aliases, request.path)) {
    request.path = std::move(*other);
    request.translated_from = model::to_text(path);
  }
  if (profile.explicit_wildcards) add_missing_keys(request.path);
  request.path.origin = profile.origin;
  return request;
}

std::size_t form_count(const Profile& profile) { return 1 + profile.other_forms.size(); }

RequestForm form_at(const Profile& profile, std::size_t form) {
  if (form > 0) return profile.other_forms.at(form - 1);
  return {profile.origin, profile.explicit_wildcards, false};
}

Path in_form(const Profile& profile, Path request, std::size_t form) {
  if (form == 0 || !is_openconfig(request.origin)) return request;
  const RequestForm wanted = form_at(profile, form);
  request.origin = wanted.origin;
  wanted.explicit_wildcards ? add_missing_keys(request) : drop_wildcard_keys(request);
  if (wanted.module_names) add_modules(profile, request);
  return request;
}

}  // namespace dm::schema
