// NetBox as a source of intent: a full reading, then only what its change log or a webhook calls dirty.
//
// A full reading comes at start, on demand, and every full_refresh: it alone finds what leaves no row (a location that
// moves, a deleted custom field, edits outside a request). Between them each load asks the change log, reads the dirty
// objects again (a row or a webhook is never believed), and maps the devices that they concern. Without permission for
// the change log everything is read at each poll, and less often than that costs NetBox a tenth of its time.
// Lives on the intent thread, but abort().
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "config/types.h"
#include "core/clock.h"
#include "core/limits.h"
#include "intent/netbox/changes.h"
#include "intent/netbox/mapping.h"
#include "intent/netbox/need.h"
#include "intent/netbox/reader.h"
#include "intent/netbox/rest_reader.h"
#include "intent/netbox/store.h"
#include "intent/source.h"

namespace dm::intent::netbox {

class NetBoxSource final : public Source {
 public:
  struct Options {
    std::unique_ptr<Reader> reader;
    MappingOptions mapping;
    std::string scope;
    core::Duration full_refresh = std::chrono::hours(6);
    bool has_rendered = false;  // rows hold rendered templates, which may say anything of anything
    const core::Clock* clock = nullptr;  // borrowed
  };
  explicit NetBoxSource(Options options);

  std::string name() const override { return "netbox"; }
  // Errors: those of the reader, with "netbox: <host>: " in front. A NetBox without netbox-bgp or without a change log
  // for us is no error.
  core::Result<Loaded> load(const LoadRequest& request) override;
  core::Duration retry_after() const override { return reader_->retry_after(); }
  ReadingFigures figures() const override {
    return {cursor_ ? cursor_->watched_ids() : 0, reader_->repeats()};
  }
  void abort() override { reader_->abort(); }
  std::string scope() const override { return scope_; }

 private:
  core::Status read_everything();
  void keep_rendered(std::vector<DeviceRow>& devices) const;
  core::Status start_cursor();
  core::Status ask_for_changes();
  core::Status read_dirty();
  core::Status ask_change_log();
  void lose_change_log(const core::Error& error);
  void apply(const Need& need, ReadAnswer answer);
  void take_warnings(const ReadAnswer& answer);
  void replace_warnings(std::vector<std::string>& kept, std::vector<std::string> said);
  bool is_full_due(const LoadRequest& request) const;
  Loaded mapped();
  core::Error explained(const core::Error& error) const;

  std::unique_ptr<Reader> reader_;
  std::string scope_;
  core::Duration full_refresh_;
  bool has_rendered_;
  const core::Clock* clock_;
  Mapping mapping_;
  Store store_;
  std::optional<ChangeCursor> cursor_;  // none: no change log for us
  Need dirty_;                          // not read yet
  Touched touched_;                     // read and not mapped yet
  std::optional<Loaded> loaded_;        // as handed out last
  bool are_warnings_new_ = false;
  core::SteadyTime full_due_{}, full_allowed_{};
  std::map<ObjectKind, std::vector<std::string>> list_warnings_;
  std::vector<std::string> cursor_warnings_, scope_warnings_;
};

// The source that the settings ask for, over HTTP.
std::unique_ptr<NetBoxSource> make_netbox_source(const config::NetBox& settings, Scope scope, std::uint16_t gnmi_port,
                                                 const core::Limits& limits, const core::Clock& clock);

}  // namespace dm::intent::netbox
