// A simulated switch on one connection after the other: answers subscriptions, dumps, syncs and follows what
// happens to its configuration, and misbehaves by chance. Its bytes wait in a buffer until they are delivered.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "fakes/byte_stream.h"
#include "simulation/speech.h"
#include "simulation/switch_config.h"

namespace dm::simulation {

class SwitchActor {
 public:
  explicit SwitchActor(Random& random) : random_(random), config_(random), speech_(random) {}

  const SwitchConfig& config() const { return config_; }
  // A new connection; what was left of the last one is lost.
  std::unique_ptr<net::ByteStream> connect();
  bool is_connected() const { return peer_ && peer_->handlers; }
  // From now on: the same software, no refusal but of the unknown path, no silence, every dump ends with its sync.
  void calm_down() { is_calm_ = true; }

  // Reads what the client wrote and answers. True if there was anything.
  bool listen();
  // Some bytes of the buffer, cut anywhere.
  void deliver_some();
  // Everything there is to say: dump, sync, all bytes. True if there was anything.
  bool deliver_all();

  // Things that happen. Each is told on the call, if one is open.
  void change();
  void dump_some();
  void talk_nonsense();
  void disturb();
  void hang_up();

  // What the client should hold once it has heard everything and is in sync.
  std::vector<std::string> covered() const;
  // True if the open call promised no sync, by design.
  bool withholds_sync() const { return call_ && call_->withholds_sync; }
  bool has_call() const { return call_.has_value(); }
  // True if a delete said on the last call, or an atomic message, was about this leaf.
  bool has_deleted(const std::string& canonical) const;
  const std::string& last_deed() const { return deed_; }

 private:
  struct Call {
    std::uint32_t stream = 0;
    std::vector<model::Path> asked;       // canonical
    std::vector<std::string> undumped;    // canonical, in the order of the dump
    bool is_synced = false, withholds_sync = false, is_early = false, is_gzipped = false;
  };
  void answer(std::uint32_t stream, const std::string& request);
  void refuse(std::uint32_t stream, int code, const std::string& why);
  void tell_software(std::uint32_t stream);
  bool covers(const std::string& canonical) const;
  std::vector<SwitchLeaf> known(const std::vector<std::string>& canonical) const;
  void say(const std::string& message);
  void send(const std::string& frames);
  void tell_updates(const std::vector<std::string>& changed);
  void erase(const model::Path& said);
  void sync();
  void note(std::string deed) { deed_ = std::move(deed); }

  Random& random_;
  SwitchConfig config_;
  Speech speech_;
  std::shared_ptr<fakes::Peer> peer_;
  bool has_spoken_ = false, is_calm_ = false;
  std::string buffer_;
  std::optional<Call> call_;
  std::vector<model::Path> deleted_;  // on the last call, as said
  std::string deed_;
  std::string version_ = "0.7.0";  // of gNMI: the software it runs
};

}  // namespace dm::simulation
