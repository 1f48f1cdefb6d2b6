// Asks a device for paths of which its stream said nothing, in every form of a request that the profile knows.
//
// Beside the stream, which it does not disturb: by Subscribe ONCE on a connection of its own, that waits its turn among all
// connections that are begun. The rules are in form_search.h. Lives on the shard's loop; set_silent(), start() and stop()
// are allowed inside the callback.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <memory>

#include "gnmi/session.h"

namespace dm::gnmi {

class FormProbe {
 public:
  // A pass is over: these paths are spoken of in these forms. Empty: nothing was found.
  using OnFound = std::function<void(const std::map<std::size_t, std::size_t>& forms)>;

  // Everything is borrowed and outlives this.
  FormProbe(net::Loop& loop, const core::Clock& clock, const schema::Profile& profile, model::PathTable& paths,
            const SessionSettings& settings, OnFound on_found);
  ~FormProbe();
  FormProbe(const FormProbe&) = delete;
  FormProbe& operator=(const FormProbe&) = delete;

  // The silent paths (indexes into Subscription::paths) and the form each is asked in. Looked for at once if they are
  // others than before and the stream is live.
  void set_silent(std::map<std::size_t, std::size_t> silent);
  void start();  // the stream is live
  void stop();   // the stream is lost: no callback afterwards

  // True if the path was asked for in all forms, and none brought a leaf.
  bool is_without_answer(std::size_t path) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace dm::gnmi
