#include "config/section.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "config/checks.h"
#include "config/secret_file.h"
#include "core/file_stamp.h"
#include "core/text.h"

namespace dm::config {
namespace {

using schema::YamlNode;

constexpr std::string_view kMasked = "********";
const YamlNode kNothing;

std::string masked(const Secret& secret) { return std::string(secret.empty() ? "" : kMasked); }

template <class T>
std::optional<T> parse_whole(std::string_view text) {
  T number{};
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (text.empty() || failure != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

}  // namespace

std::string list_words(std::span<const std::string_view> words) { return fmt::format("{}", fmt::join(words, ", ")); }

core::Result<std::string> Context::read_secret(const std::string& file) {
  watch(file);
  return read_secret_file(file);
}

// The stamp is taken before the file is read: a change in between is read once more.
void Context::watch(const std::string& file) {
  if (!file.empty()) files.emplace(file, core::file_stamp(file));
}

std::string Context::resolve(const std::string& file_name) const {
  if (file_name.empty() || std::filesystem::path(file_name).is_absolute()) return file_name;
  return (folder / file_name).string();
}

Section::Section(const YamlNode* node, std::string name, Context& context, Shows shows)
    : node_(node != nullptr ? node : &kNothing),
      name_(std::move(name)),
      context_(context),
      is_present_(node != nullptr),
      shows_(shows),
      map_(*node_, name_, context.mistakes) {}

std::string Section::key_name(std::string_view key) const {
  return name_.empty() ? std::string(key) : fmt::format("{}.{}", name_, key);
}

std::string Section::origin_of(schema::YamlPlace place) const {
  return fmt::format("{}:{}", context_.mistakes.file(), place.line);
}

void Section::refuse(std::string_view key, std::string message) {
  message = fmt::format("{}: {}", key_name(key), message);
  if (const auto written = written_.find(key); written != written_.end() && written->second.variable != nullptr) {
    context_.environment_mistakes.push_back(fmt::format("environment {}: {}", written->second.variable, message));
    return;
  }
  if (const auto written = written_.find(key); written != written_.end() && written->second.place) {
    context_.mistakes.add(*written->second.place, std::move(message));
    return;
  }
  const YamlNode* node = map_.find_even_empty(key);
  if (node != nullptr && context_.unexpanded.contains(node->place)) return;
  if (node == nullptr && !is_present_) {
    context_.environment_mistakes.push_back(std::move(message));  // the file does not have this map at all
    return;
  }
  context_.mistakes.add(node != nullptr ? node->place : map_.place(), std::move(message));
}

void Section::refuse_if_no_header(std::string_view key, const std::string& value) {
  if (!written_.contains(key)) return;  // taken over from another section, checked there
  if (const auto mistake = header_mistake("x", value)) refuse(key, *mistake);
}

void Section::show(std::string_view key, std::string value) {
  const auto written = written_.find(key);
  const bool is_written = written != written_.end();
  if (shows_ == Shows::Nothing || (shows_ == Shows::Written && !is_written)) return;
  context_.shown.push_back({key_name(key), std::move(value), is_written ? written->second.origin : "default"});
}

void Section::show_at(schema::YamlPlace place, std::string_view key, std::string value) {
  if (shows_ != Shows::Nothing) context_.shown.push_back({key_name(key), std::move(value), origin_of(place)});
}

std::optional<Section::Written> Section::scalar(std::string_view key, Variables variables) {
  const auto from_environment = [&](const char* variable) -> std::optional<Written> {
    if (variable == nullptr) return std::nullopt;
    const auto value = context_.environment(variable);
    if (!value || value->empty()) return std::nullopt;
    return Written{*value, fmt::format("environment {}", variable), variable, std::nullopt};
  };
  const YamlNode* node = map_.find(key);
  std::optional<Written> written = from_environment(variables.overrides);
  if (node != nullptr && !node->is_scalar()) {
    refuse(key, fmt::format("expected a value, found {}", to_text(node->kind)));
    return std::nullopt;
  }
  if (!written && node != nullptr) written = Written{node->text, origin_of(node->place), nullptr, node->place};
  if (!written || written->value.empty()) {
    if (auto fallback = from_environment(variables.fallback)) written = std::move(fallback);
  }
  if (written) written_.insert_or_assign(std::string(key), *written);
  return written;
}

std::string Section::text(std::string_view key, std::string otherwise, Variables variables) {
  if (const auto written = scalar(key, variables)) otherwise = written->value;
  show(key, otherwise);
  return otherwise;
}

std::string Section::needed_text(std::string_view key) {
  std::string value = text(key, "");
  if (value.empty() && !map_.is_broken()) refuse(key, "is missing");
  return value;
}

std::optional<Section::Written> Section::secret_from_environment(std::string_view key, const char* variable) {
  if (variable == nullptr) return std::nullopt;
  if (const auto value = context_.environment(variable); value && !value->empty()) {
    return Written{*value, fmt::format("environment {}", variable), variable, std::nullopt};
  }
  const std::string file_variable = fmt::format("{}_FILE", variable);
  const auto file = context_.environment(file_variable);
  if (!file || file->empty()) return std::nullopt;
  auto secret = context_.read_secret(*file);
  if (secret) {
    return Written{*secret, fmt::format("environment {}, file {}", file_variable, *file), variable, std::nullopt};
  }
  context_.environment_mistakes.push_back(
      fmt::format("environment {}: {}: {}", file_variable, key_name(key), secret.error().message));
  return std::nullopt;
}

Secret Section::secret(std::string_view key, Secret otherwise, const char* fallback) {
  const std::string file_key = fmt::format("{}_file", key);
  const auto direct = scalar(key);
  const auto file = scalar(file_key);
  const bool is_direct = direct && !direct->value.empty(), is_file = file && !file->value.empty();
  if (is_direct && is_file) refuse(file_key, fmt::format("'{}' is set too; keep one of them", key));
  if (is_file) {
    auto secret = context_.read_secret(context_.resolve(file->value));
    if (!secret) refuse(file_key, secret.error().message);
    const std::string value = secret ? *secret : "";
    written_.insert_or_assign(
        std::string(key), Written{value, fmt::format("{}, file {}", file->origin, file->value), nullptr, file->place});
    otherwise = Secret(value);
  } else if (is_direct) {
    otherwise = Secret(direct->value);
  } else if (auto written = secret_from_environment(key, fallback)) {
    otherwise = Secret(written->value);
    written_.insert_or_assign(std::string(key), std::move(*written));
  }
  show(key, masked(otherwise));
  return otherwise;
}

template <class T, class Parse>
T Section::parsed(std::string_view key, T otherwise, Parse parse) {
  const auto written = scalar(key);
  if (!written) return otherwise;
  core::Result<T> value = parse(written->value);
  if (value) return *value;
  refuse(key, value.error().message);
  return otherwise;
}

std::uint64_t Section::number(std::string_view key, std::uint64_t otherwise, std::uint64_t least, std::uint64_t most) {
  const auto parse = [&](const std::string& text) -> core::Result<std::uint64_t> {
    const auto value = parse_whole<std::uint64_t>(text);
    if (value && *value >= least && *value <= most) return *value;
    const std::string range = most == std::numeric_limits<std::uint64_t>::max()
                                  ? fmt::format("of at least {}", least)
                                  : fmt::format("from {} to {}", least, most);
    return core::Error{core::Code::InvalidArgument, fmt::format("'{}' is not a whole number {}", text, range)};
  };
  const std::uint64_t value = parsed<std::uint64_t>(key, otherwise, parse);
  show(key, fmt::format("{}", value));
  return value;
}

double Section::percent(std::string_view key, double otherwise) {
  const auto parse = [](const std::string& text) -> core::Result<double> {
    const auto value = parse_whole<double>(text);
    if (value && *value >= 0 && *value <= 100) return *value;
    return core::Error{core::Code::InvalidArgument, fmt::format("'{}' is not a number from 0 to 100", text)};
  };
  const double value = parsed<double>(key, otherwise, parse);
  show(key, fmt::format("{}", value));
  return value;
}

bool Section::boolean(std::string_view key, bool otherwise) {
  const auto parse = [](const std::string& text) -> core::Result<bool> {
    if (text == "true" || text == "false") return text == "true";
    return core::Error{core::Code::InvalidArgument, fmt::format("'{}' is neither true nor false", text)};
  };
  const bool value = parsed<bool>(key, otherwise, parse);
  show(key, value ? "true" : "false");
  return value;
}

core::Duration Section::duration(std::string_view key, core::Duration otherwise, core::Duration least) {
  const auto parse = [&](const std::string& text) -> core::Result<core::Duration> {
    auto value = core::parse_duration(text);
    if (!value || *value >= least) return value;
    return core::Error{core::Code::InvalidArgument, fmt::format("'{}' is less than {}", text, core::to_text(least))};
  };
  const core::Duration value = parsed<core::Duration>(key, otherwise, parse);
  show(key, core::to_text(value));
  return value;
}

std::string Section::file(std::string_view key, std::string otherwise) {
  const auto written = scalar(key);
  if (written) {
    otherwise = context_.resolve(written->value);
    context_.watch(otherwise);
    const auto readable = otherwise.empty() ? core::Status() : check_readable(otherwise);
    if (!readable) refuse(key, readable.error().message);
  }
  show(key, otherwise);
  return otherwise;
}

std::vector<std::string> Section::texts(std::string_view key, std::vector<std::string> otherwise) {
  const YamlNode* node = map_.find(key);
  if (node != nullptr) {
    otherwise.clear();
    written_.insert_or_assign(std::string(key), Written{"", origin_of(node->place), nullptr, node->place});
    for (const YamlNode& item : items(key)) {
      if (item.is_scalar()) {
        otherwise.push_back(item.text);
      } else {
        refuse_at(item.place, fmt::format("{}: expected a value, found {}", key_name(key), to_text(item.kind)));
      }
    }
  }
  show(key, fmt::format("{}", fmt::join(otherwise, ", ")));
  return otherwise;
}

std::map<std::string, std::string> Section::text_map(std::string_view key) {
  std::map<std::string, std::string> texts;
  for (const schema::YamlMember& member : members(key)) {
    if (!member.value.is_scalar() && member.value.kind != YamlNode::Kind::Null) {
      refuse_at(member.value.place, fmt::format("{}.{}: expected a value, found {}", key_name(key), member.key,
                                                to_text(member.value.kind)));
      continue;
    }
    texts.emplace(member.key, member.value.text);
    show_at(member.value.place, fmt::format("{}.{}", key, member.key), member.value.text);
  }
  return texts;
}

std::optional<model::Path> Section::path(std::string_view key) {
  const auto written = scalar(key);
  if (!written || written->value.empty()) {
    if (!map_.is_broken()) refuse(key, "is missing");
    return std::nullopt;
  }
  auto parsed_path = model::parse_path(written->value);
  if (parsed_path) return std::move(*parsed_path);
  refuse(key, parsed_path.error().message);
  return std::nullopt;
}

Section Section::map(std::string_view key) {
  return Section(map_.find_even_empty(key), key_name(key), context_, shows_);
}

std::span<const YamlNode> Section::items(std::string_view key) {
  const YamlNode* node = map_.find(key);
  if (node == nullptr) return {};
  if (node->kind == YamlNode::Kind::List) return node->items;
  refuse(key, fmt::format("expected a list, found {}", to_text(node->kind)));
  return {};
}

std::span<const schema::YamlMember> Section::members(std::string_view key) {
  const YamlNode* node = map_.find(key);
  if (node == nullptr) return {};
  const schema::YamlMap checked(*node, key_name(key), context_.mistakes);
  return node->members;
}

}  // namespace dm::config
