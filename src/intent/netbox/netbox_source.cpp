#include "intent/netbox/netbox_source.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "intent/netbox/dirty.h"
#include "net/http_client.h"

namespace dm::intent::netbox {
namespace {

using core::Code;
using core::Error;
using core::Result;
using core::Status;

constexpr std::size_t kMostObjects = 2000;  // dirty objects beyond: a full reading is cheaper, if one may be made
constexpr int kMostRounds = 5;              // an object that names one that is gone leads to another reading
constexpr int kMostNewestPages = 5;
constexpr int kRestForFull = 10;  // a full reading that nobody asked for waits so many times what the last one took

std::string scope_text(const std::string& base_url, const Scope& scope) {
  std::string text = base_url + (scope.is_inventory ? " filter " + scope.filter : " names");
  for (const std::string& name : scope.names) text += " " + name;
  return text;
}

// How much time the rows cover, by their own clock.
core::Duration span_of(const std::vector<ChangeRow>& newest_first) {
  if (newest_first.empty()) return core::Duration::zero();
  const auto first = core::from_rfc3339(newest_first.front().time), last = core::from_rfc3339(newest_first.back().time);
  return first && last ? *first - *last : core::Duration::zero();
}

void add(Touched& to, const Touched& more) {
  to.is_everything = to.is_everything || more.is_everything;
  to.devices.insert(more.devices.begin(), more.devices.end());
  to.objects.insert(more.objects.begin(), more.objects.end());
}

bool is_no_change_log(const Error& error) {
  return error.code == Code::PermissionDenied || error.code == Code::NotFound;
}

bool has_site_source(const config::NetBoxMapping& mapping) {
  const auto& sources = mapping.asn_sources;
  return std::find(sources.begin(), sources.end(), config::AsnSource::Site) != sources.end();
}

bool is_nothing(const Touched& touched) {
  return !touched.is_everything && touched.devices.empty() && touched.objects.empty();
}

}  // namespace

NetBoxSource::NetBoxSource(Options options)
    : reader_(std::move(options.reader)),
      scope_(std::move(options.scope)),
      full_refresh_(options.full_refresh),
      has_rendered_(options.has_rendered),
      clock_(options.clock),
      mapping_(std::move(options.mapping)) {}

Error NetBoxSource::explained(const Error& error) const {
  const std::string where = net::origin_of(reader_->base_url());
  const bool names_it = error.message.find(where) != std::string::npos;
  // Nobody was reached there: what NetBox itself or its proxy answers is explained where it is read.
  const bool is_nobody_there = error.code == Code::Unavailable && error.message.starts_with(where);
  return {error.code,
          fmt::format("netbox{}: {}{}", names_it ? "" : " " + where, error.message,
                      is_nobody_there ? "; is NetBox up, and intent.netbox.url (NETBOX_URL) its address?" : "")};
}

bool NetBoxSource::is_full_due(const LoadRequest& request) const {
  if (!loaded_ || request.is_everything) return true;
  const core::SteadyTime now = clock_->steady_now();
  if (now >= full_due_) return true;
  const bool is_wanted = dirty_.is_everything || (!cursor_ && request.hints.empty());
  return is_wanted && now >= full_allowed_;
}

Result<Loaded> NetBoxSource::load(const LoadRequest& request) {
  for (const ObjectHint& hint : request.hints) dirty_.add(need_of_change(hint.type, hint.id));
  Status read;
  if (!is_full_due(request)) read = ask_for_changes();
  if (read && !is_full_due(request)) read = read_dirty();
  if (!read) return explained(read.error());
  if (is_full_due(request)) read = read_everything();
  if (!read) return explained(read.error());
  return mapped();
}

Loaded NetBoxSource::mapped() {
  if (!loaded_ || are_warnings_new_ || !is_nothing(touched_)) {
    are_warnings_new_ = false;
    loaded_ = mapping_.map(store_.tables(), std::exchange(touched_, {}));
    auto& warnings = loaded_->warnings;
    for (const auto& [list, more] : list_warnings_) warnings.insert(warnings.end(), more.begin(), more.end());
    for (const auto* more : {&scope_warnings_, &cursor_warnings_}) warnings.insert(warnings.begin(), more->begin(), more->end());
  }
  loaded_->rest = cursor_ ? core::Duration::zero()
                          : std::max(core::Duration::zero(), full_allowed_ - clock_->steady_now());
  return *loaded_;
}

// The cursor is set before anything is read: what changes meanwhile is found by the next load. Nothing of a reading
// that fails half way is taken over.
Status NetBoxSource::read_everything() {
  const core::SteadyTime begin = clock_->steady_now();
  if (auto connected = reader_->connect(); !connected) return connected;
  if (auto started = start_cursor(); !started) return started;
  Need need;
  need.is_everything = true;
  auto lists = reader_->read(need);
  if (!lists) return lists.error();
  Need interfaces;
  for (const DeviceRow& device : lists->rows.devices) interfaces.interfaces_of.insert(device.id);
  auto by_device = reader_->read(interfaces);
  if (!by_device) return by_device.error();
  lists->rows.interfaces = std::move(by_device->rows.interfaces);
  std::erase_if(lists->rows.devices, [&](const DeviceRow& row) { return by_device->vanished.contains(row.id); });
  dirty_ = {};
  keep_rendered(lists->rows.devices);
  apply(need, std::move(*lists));
  touched_ = {.is_everything = true, .devices = {}, .objects = {}};
  dirty_ = {};  // nothing to follow up: all of it was read
  const core::SteadyTime now = clock_->steady_now();
  full_due_ = now + full_refresh_;
  full_allowed_ = now + kRestForFull * (now - begin);
  return {};
}

// What a template said last of a device that it cannot be rendered for now: still the best there is.
void NetBoxSource::keep_rendered(std::vector<DeviceRow>& devices) const {
  for (DeviceRow& device : devices) {
    if (device.rendered.mistake.empty()) continue;
    const DeviceRow* old = store_.device(device.id);
    if (old == nullptr) continue;
    device.rendered.template_id = old->rendered.template_id;
    device.rendered.content = old->rendered.content;
  }
}

// Ids that are missing between the newest rows may still be filled: rows are read back as far as that can matter.
Status NetBoxSource::start_cursor() {
  std::vector<ChangeRow> newest;
  bool is_whole_log = false;
  are_warnings_new_ = are_warnings_new_ || !cursor_warnings_.empty();
  cursor_warnings_.clear();
  for (int page = 0; page < kMostNewestPages && span_of(newest) <= ChangeCursor::kWatch; ++page) {
    auto rows = reader_->newest_changes(newest.empty() ? 0 : newest.back().id);
    if (!rows && is_no_change_log(rows.error())) {
      lose_change_log(rows.error());
      return {};
    }
    if (!rows) return rows.error();
    is_whole_log = rows->empty();
    if (is_whole_log) break;
    newest.insert(newest.end(), rows->begin(), rows->end());
  }
  cursor_ = ChangeCursor::start(newest, clock_->steady_now(), is_whole_log);
  return {};
}

void NetBoxSource::lose_change_log(const Error& error) {
  cursor_.reset();
  cursor_warnings_ = {error.message + "; until then changes are found by reading everything again and again"};
  are_warnings_new_ = true;
}

Status NetBoxSource::ask_change_log() {
  std::vector<ChangeRow> rows;
  for (const ChangeCursor::Query& query : cursor_->queries()) {
    auto answer = reader_->changes(query);
    if (!answer && answer.error().code == Code::ResourceExhausted) {
      dirty_.is_everything = true;  // the full reading starts the cursor anew
      return {};
    }
    if (!answer && is_no_change_log(answer.error())) {
      lose_change_log(answer.error());
      return {};
    }
    if (!answer) return answer.error();
    rows.insert(rows.end(), std::make_move_iterator(answer->begin()), std::make_move_iterator(answer->end()));
  }
  for (const ChangeRow& row : cursor_->take(rows, clock_->steady_now()))
    dirty_.add(need_of_change(row.object_type, row.object_id));
  if (cursor_->is_lost()) dirty_.is_everything = true;
  return {};
}

Status NetBoxSource::ask_for_changes() {
  if (cursor_) {
    if (auto asked = ask_change_log(); !asked) return asked;
  }
  if (has_rendered_ && !dirty_.is_empty()) dirty_.is_everything = true;
  return {};
}

// What is asked for and cannot be read stays dirty.
Status NetBoxSource::read_dirty() {
  for (int round = 0; round < kMostRounds; ++round) {
    Need need = dirty_;
    need.is_everything = false;
    if (need.is_empty()) return {};
    if (!need.tags.empty()) need.add(store_.holders_of(std::exchange(need.tags, {})));
    if (need.object_count() > kMostObjects && clock_->steady_now() >= full_allowed_) {
      dirty_.is_everything = true;
      return {};
    }
    auto answer = reader_->read(need);
    if (!answer) return answer.error();
    const bool wants_everything = dirty_.is_everything;
    dirty_ = {};
    dirty_.is_everything = wants_everything;
    apply(need, std::move(*answer));
  }
  return {};
}

void NetBoxSource::apply(const Need& need, ReadAnswer answer) {
  take_warnings(answer);
  const DeviceIds vanished = std::move(answer.vanished);
  const auto take = [this](Store::Applied applied) {
    add(touched_, applied.touched);
    dirty_.add(applied.follow_up);
  };
  take(store_.apply(need, std::move(answer.rows)));
  if (!vanished.empty()) take(store_.drop_devices(vanished));
  const bool concerns_devices = need.is_everything || need.lists.contains(ObjectKind::Device) ||
                                need.objects.contains(ObjectKind::Device) || !vanished.empty();
  if (concerns_devices) replace_warnings(scope_warnings_, reader_->scope_warnings(store_.tables().devices));
}

void NetBoxSource::take_warnings(const ReadAnswer& answer) {
  for (const auto& [list, said] : answer.warnings) replace_warnings(list_warnings_[list], said);
}

void NetBoxSource::replace_warnings(std::vector<std::string>& kept, std::vector<std::string> said) {
  are_warnings_new_ = are_warnings_new_ || said != kept;
  kept = std::move(said);
}

std::unique_ptr<NetBoxSource> make_netbox_source(const config::NetBox& settings, Scope scope, std::uint16_t gnmi_port,
                                                 const core::Limits& limits, const core::Clock& clock) {
  NetBoxSource::Options options;
  auto reader = std::make_unique<RestReader>(
      Client::Options{settings.url, settings.token, settings.timeout, settings.ca_file, settings.page_size, limits, {}, settings.branch}, scope,
      RestReader::Extras{settings.config_contexts,
                         settings.render_config ? std::optional(settings.config_template_id) : std::nullopt,
                         has_site_source(settings.mapping), settings.mapping.vlans_may_exist != config::VlansMayExist::None});
  options.mapping = {settings.mapping, reader->base_url(), gnmi_port, limits.intent_file_bytes};
  options.has_rendered = settings.render_config;
  options.scope = scope_text(reader->base_url(), scope);
  options.reader = std::move(reader);
  options.full_refresh = settings.full_refresh;
  options.clock = &clock;
  return std::make_unique<NetBoxSource>(std::move(options));
}

}  // namespace dm::intent::netbox
