#include "simulation/switch_actor.h"

#include <fmt/format.h>
#include <gnmi.pb.h>

#include <algorithm>

#include "core/check.h"
#include "fakes/byte_stream_http2.h"

namespace dm::simulation {
namespace {

namespace h2 = fakes::http2;

// As the request writes it: origin openconfig is the tree without one.
model::Path path_of(const ::gnmi::Path& said) {
  model::Path path;
  if (said.origin() != "openconfig") path.origin = said.origin();
  for (const auto& elem : said.elem()) {
    model::PathElement element{elem.name(), {}};
    for (const auto& [name, value] : elem.key()) element.keys.push_back({name, value});
    std::sort(element.keys.begin(), element.keys.end());
    path.elements.push_back(std::move(element));
  }
  return path;
}

}  // namespace

std::unique_ptr<net::ByteStream> SwitchActor::connect() {
  peer_ = std::make_shared<fakes::Peer>();
  buffer_.clear();
  call_.reset();
  has_spoken_ = false;
  if (!is_calm_ && random_.one_in(4)) version_ = random_.one_in(2) ? "0.7.0" : "0.8.0";
  return std::make_unique<fakes::ScriptedStream>(peer_);
}

bool SwitchActor::listen() {
  if (!is_connected()) return false;
  if (!has_spoken_) {
    has_spoken_ = true;
    peer_->connect();
    if (is_connected()) send(h2::frame(h2::kSettings, h2::kNone, 0, {}));
    return true;
  }
  const std::string heard = peer_->take();
  for (const auto& frame : h2::frames_of(heard)) {
    if (frame.type == h2::kRstStream && call_ && call_->stream == frame.stream) call_.reset();
    if (frame.type == h2::kData) answer(frame.stream, frame.payload.substr(5));
    if (frame.type == h2::kPing && (frame.flags & h2::kAck) == 0) send(h2::frame(h2::kPing, h2::kAck, 0, frame.payload));
    if (frame.type == h2::kSettings && (frame.flags & h2::kAck) == 0) send(h2::frame(h2::kSettings, h2::kAck, 0, {}));
  }
  return !heard.empty();
}

void SwitchActor::refuse(std::uint32_t stream, int code, const std::string& why) {
  note(fmt::format("refuses call {} with {} {}", stream, code, why));
  send(h2::headers(stream, {{":status", "200"}, {"content-type", "application/grpc"}, {"grpc-status", std::to_string(code)}, {"grpc-message", why}}, true));
}

// Beside the stream, which goes on.
void SwitchActor::tell_software(std::uint32_t stream) {
  if (random_.one_in(4)) return;
  if (random_.one_in(4)) return refuse(stream, 12, "no Capabilities");
  ::gnmi::CapabilityResponse response;
  response.set_gnmi_version(version_);
  note("says that it runs " + version_);
  send(h2::headers(stream, h2::accepted()));
  send(h2::data(stream, h2::message(response.SerializeAsString())));
  send(h2::trailers(stream, "0"));
}

void SwitchActor::answer(std::uint32_t stream, const std::string& request) {
  if (request.empty()) return tell_software(stream);
  ::gnmi::SubscribeRequest parsed;
  CHECK(parsed.ParseFromString(request), "the client's request cannot be read");
  Call call{.stream = stream, .asked = {}, .undumped = {}};
  for (const auto& one : parsed.subscribe().subscription()) call.asked.push_back(path_of(one.path()));
  CHECK(!call.asked.empty(), "a request for nothing");
  const auto unknown = std::find(call.asked.begin(), call.asked.end(), unknown_path());
  if (unknown != call.asked.end()) {
    const bool is_named = random_.one_in(2);
    return refuse(stream, 3, is_named ? "failed to subscribe to " + model::to_text(*unknown) + ": path invalid" : "bad path");
  }
  if (!is_calm_ && random_.one_in(10)) {
    static const std::vector<int> kCodes = {0, 2, 3, 5, 8, 11, 12, 13, 14, 16};
    return refuse(stream, random_.of(kCodes), "not now");
  }
  call.withholds_sync = !is_calm_ && random_.one_in(20);
  call.is_early = !is_calm_ && random_.one_in(10);
  call.is_gzipped = random_.one_in(5);
  call_ = std::move(call);
  deleted_.clear();
  for (const auto& [name, leaf] : config_.leaves()) {
    if (covers(name)) call_->undumped.push_back(name);
  }
  random_.shuffle(call_->undumped);
  note(fmt::format("accepts call {} for {} paths, {} leaves", stream, call_->asked.size(), call_->undumped.size()));
  h2::Fields fields = h2::accepted();
  if (call_->is_gzipped) fields.emplace_back("grpc-encoding", "gzip");
  send(h2::headers(stream, fields));
}

bool SwitchActor::covers(const std::string& canonical) const {
  const model::Path path = *model::parse_path(canonical);
  return std::any_of(call_->asked.begin(), call_->asked.end(), [&](const auto& asked) { return model::covers(asked, path); });
}

std::vector<std::string> SwitchActor::covered() const {
  std::vector<std::string> names;
  if (!call_) return names;
  for (const auto& [name, leaf] : config_.leaves()) {
    if (covers(name)) names.push_back(name);
  }
  return names;
}

std::vector<SwitchLeaf> SwitchActor::known(const std::vector<std::string>& canonical) const {
  std::vector<SwitchLeaf> found;
  for (const auto& name : canonical) {
    const auto leaf = config_.leaves().find(name);
    if (leaf != config_.leaves().end() && covers(name)) found.push_back(leaf->second);
  }
  return found;
}

bool SwitchActor::has_deleted(const std::string& canonical) const {
  const model::Path& leaf = config_.met().at(canonical);
  return std::any_of(deleted_.begin(), deleted_.end(), [&](const auto& said) { return model::covers(said, leaf); });
}

// ---- to the client

void SwitchActor::send(const std::string& frames) {
  buffer_ += frames;
  if (random_.one_in(20)) buffer_ += h2::frame(h2::kPing, 0, 0, "12345678");
  if (random_.one_in(20)) buffer_ += h2::frame(h2::kWindowUpdate, 0, 0, h2::number(1, 4));
  if (random_.one_in(20)) buffer_ += h2::frame(0xfa, 0xff, 1, "unknown");
}

// One gRPC message, in DATA frames cut anywhere.
void SwitchActor::say(const std::string& message) {
  if (!call_) return;
  const bool is_packed = call_->is_gzipped && random_.one_in(2);
  std::string bytes = is_packed ? h2::message(h2::gzip(message), 1) : h2::message(message);
  while (!bytes.empty()) {
    const std::size_t size = std::min(bytes.size(), random_.one_in(3) ? random_.between(1, 40) : std::size_t{16'000});
    send(h2::data(call_->stream, bytes.substr(0, size)));
    bytes.erase(0, size);
    if (random_.one_in(10)) send(h2::data(call_->stream, ""));
  }
}

void SwitchActor::deliver_some() {
  if (buffer_.empty() || !is_connected()) return;
  const auto peer = peer_;
  const std::string some = buffer_.substr(0, random_.one_in(4) ? buffer_.size() : random_.between(1, std::min<std::size_t>(buffer_.size(), 300)));
  buffer_.erase(0, some.size());
  peer->say_in_pieces(some, random_.one_in(3) ? random_.between(1, 7) : some.size());
}

bool SwitchActor::deliver_all() {
  bool has_said = false;
  while (call_ && !call_->undumped.empty()) dump_some(), has_said = true;
  if (call_ && !call_->is_synced && !call_->withholds_sync) sync(), has_said = true;
  while (!buffer_.empty() && is_connected()) deliver_some(), has_said = true;
  return has_said;
}

void SwitchActor::sync() {
  say(speech_.sync());
  call_->is_synced = true;
  note(fmt::format("syncs, {} leaves undumped", call_->undumped.size()));
}

// ---- what happens

void SwitchActor::dump_some() {
  if (!call_) return;
  if (call_->undumped.empty()) {
    const bool is_again = call_->is_synced && random_.one_in(4);
    if (is_again || (!call_->is_synced && !call_->withholds_sync && random_.one_in(3))) sync();
    return;
  }
  std::vector<std::string> names;
  for (std::size_t i = random_.between(1, 6); i > 0 && !call_->undumped.empty(); --i) {
    names.push_back(call_->undumped.back());
    call_->undumped.pop_back();
  }
  tell_updates(names);
  if (call_->is_early && !call_->is_synced && random_.one_in(4)) sync();
}

// Leaves of one origin to a notification; now and then one leaf to each, as lemming does.
void SwitchActor::tell_updates(const std::vector<std::string>& changed) {
  if (!call_) return;
  std::vector<SwitchLeaf> all = known(changed);
  const std::size_t most = random_.one_in(3) ? 1 : 50;
  while (!all.empty()) {
    Saying saying;
    while (!all.empty() && saying.updates.size() < most && (saying.updates.empty() || saying.updates.front().said.origin == all.back().said.origin)) {
      saying.updates.push_back(std::move(all.back()));
      all.pop_back();
    }
    say(speech_.notification(saying));
  }
}

void SwitchActor::erase(const model::Path& said) {
  if (call_) deleted_.push_back(said);
  config_.erase(said);
}

void SwitchActor::change() {
  switch (random_.pick(8)) {
    case 0:
    case 1: {
      const auto changed = config_.change_values(5);
      note(fmt::format("changes {} values", changed.size()));
      return tell_updates(changed);
    }
    case 2:
    case 3: {
      const auto changed = config_.grow();
      note("grows " + (changed.empty() ? std::string() : changed.front()));
      return tell_updates(changed);
    }
    case 4: {
      const model::Path gone = config_.something_to_delete();
      note("deletes " + model::to_text(gone));
      erase(gone);
      return say(speech_.notification({.deletes = {gone}, .updates = {}, .atomic = {}}));
    }
    case 5: {  // replace: what is there now, and all of it, in the message that deletes it
      const model::Path entry = config_.some_entry();
      if (entry.elements.empty()) return;
      note("replaces " + model::to_text(entry));
      std::vector<SwitchLeaf> before;
      for (const auto& [name, leaf] : config_.leaves()) {
        if (model::covers(entry, leaf.said)) before.push_back(leaf);
      }
      erase(entry);
      std::vector<std::string> kept;
      for (auto& leaf : before) {
        if (!leaf.is_key && random_.one_in(3)) continue;
        kept.push_back(leaf.canonical);
        config_.restore(std::move(leaf));
      }
      if (!call_) return;
      return say(speech_.notification({.deletes = {entry}, .updates = known(kept), .atomic = {}}));
    }
    case 6: {  // atomic: what is not said is gone
      const model::Path entry = config_.some_entry();
      if (entry.elements.empty() || !call_) return;
      note("says all of " + model::to_text(entry));
      deleted_.push_back(entry);
      for (std::size_t i = random_.pick(3); i > 0; --i) config_.erase_below(entry);
      if (random_.one_in(2)) config_.change_values(3);
      std::vector<std::string> names;
      std::vector<std::string> below;
      for (const auto& [name, leaf] : config_.leaves()) {
        if (model::covers(entry, leaf.said)) below.push_back(name);
      }
      // Values may have changed elsewhere, too.
      for (const auto& [name, leaf] : config_.leaves()) names.push_back(name);
      const auto all = known(below);
      // Nothing is left to be said of it: then it is an ordinary delete.
      say(speech_.notification(all.empty() ? Saying{.deletes = {entry}, .updates = {}, .atomic = {}} : Saying{.deletes = {}, .updates = all, .atomic = entry}));
      return tell_updates(names);
    }
    default: {  // a subtree as JSON
      const model::Path entry = config_.some_entry();
      if (entry.elements.empty() || !call_) return;
      note("says " + model::to_text(entry) + " as JSON");
      std::vector<std::string> names;
      for (const auto& [name, leaf] : config_.leaves()) {
        const auto& elements = leaf.said.elements;
        const auto keyed = [](const model::PathElement& element) { return !element.keys.empty(); };
        if (!model::covers(entry, leaf.said)) continue;
        if (std::any_of(elements.begin() + static_cast<std::ptrdiff_t>(entry.elements.size()), elements.end(), keyed)) continue;
        names.push_back(name);
      }
      const auto all = known(names);
      if (!all.empty()) say(speech_.subtree(entry, all));
    }
  }
}

void SwitchActor::talk_nonsense() {
  note("talks nonsense");
  if (!random_.one_in(3)) return say(speech_.nonsense());
  std::vector<std::string> names;  // what has not changed, once more
  for (const auto& [name, leaf] : config_.leaves()) {
    if (random_.one_in(3)) names.push_back(name);
  }
  tell_updates(names);
}

void SwitchActor::disturb() {
  if (!is_connected()) return;
  const std::uint32_t stream = call_ ? call_->stream : 1;
  const std::size_t kind = random_.pick(7);
  note(fmt::format("disturbs ({})", kind));
  switch (kind) {
    case 0: send(h2::reset(stream, random_.one_in(2) ? 2 : 8)); break;
    case 1: send(h2::trailers(stream, std::to_string(random_.of(std::vector<int>{0, 1, 8, 13, 14, 16})), "it ends")); break;
    case 2: send(h2::goaway(stream, 0, "restarting")); return;  // the call goes on
    case 3: send(h2::goaway(0, random_.one_in(2) ? 0xb : 2, "too_many_pings")); break;
    case 4: say(speech_.hub_lost()); break;
    default: {
      while (!buffer_.empty() && is_connected() && !random_.one_in(3)) deliver_some();
      return hang_up();
    }
  }
  call_.reset();
}

void SwitchActor::hang_up() {
  call_.reset();
  const auto peer = peer_;
  if (is_connected()) peer->hang_up("connection reset by peer");
}

}  // namespace dm::simulation
